#include "tools/motion_model/speech_data/common_words.h"

namespace longtake::speech_data {
namespace {

struct Table {
  std::string_view language;
  std::string_view text;
};

constexpr Table kCommonWords[] = {
    {"en",
     "the of and to a in is you that it he was for on are with his they at be "
     "this have from or one had by but what some we can out other were all "
     "there when up use your how said an each she which do their time if will "
     "way about many then them would write like so these her long make thing "
     "see him two has look more day could go come did number sound no most "
     "people my over know water than call first who may down side been now "
     "find please before after between above below move remember become maybe "
     "believe simple problem family february november bump baby bubble five "
     "seven above brave forever wave web swim wish warm why would wonderful "
     "public number member company important possible improve volume favour "
     "family film form firm from offer often half life wife off beautiful map "
     "lamp camp paper people happy open hope help keep jump stop cup top up "
     "book bag big back both box able about maybe nobody table job thumb mum "
     "my me much must make more Monday summer room home name come same time"},
    {"fr",
     "le la les de des un une et est pour dans que qui sur avec pas vous nous "
     "je il elle au du en ce mais plus bien fait tout faire comme être avoir "
     "peut deux trois quatre cinq six sept huit neuf dix beaucoup homme femme "
     "enfant petit bon beau vie ville vent voir venir vouloir pouvoir devoir "
     "père mère frère monde temps jour matin soir maison chambre porte place "
     "livre lettre page mot vrai faux fois feu fleur forêt pain poisson pomme "
     "beurre blanc bleu brun rouge vert jaune jambe bouche main pied avant "
     "après jamais toujours souvent encore aussi même autre premier dernier"},
    {"es",
     "el la los de que y en un una por con para no se su como más pero muy "
     "todo hola gracias hombre mujer tiempo vida uno dos tres cuatro cinco "
     "seis siete ocho nueve diez ahora siempre también bueno mejor mismo "
     "primero poder saber haber beber vivir volver hablar llamar tomar comer "
     "padre madre familia amigo pueblo nombre número problema palabra puerta "
     "mesa mano boca pie cuerpo fuego viento nieve lluvia verano invierno "
     "febrero noviembre sábado domingo blanco verde rojo amarillo azul"},
    {"it",
     "il la di che e un una per con non sono del più ma come questo bene "
     "grazie uno due tre quattro cinque sei sette otto nove dieci sempre anche "
     "dopo prima tempo uomo donna vita buono bello grande piccolo mano bocca "
     "piede padre madre famiglia bambino amico nome numero problema parola "
     "porta tavola libro febbraio novembre sabato domenica bianco verde rosso "
     "avere volere potere vivere bere vedere venire fare dormire mangiare"},
    {"de",
     "der die das und ist nicht ich sie es mit auf für von ein eine zu dem "
     "auch wie aber mehr bitte danke haben werden immer eins zwei drei vier "
     "fünf sechs sieben acht neun zehn Mann Frau Kind Vater Mutter Bruder "
     "Familie Freund Name Nummer Problem Wort Buch Brief Bild Baum Blume "
     "Wasser "
     "Feuer Wind Sommer Winter Februar November Montag Mittwoch weiß blau "
     "braun "
     "vor bevor über unter oben viel wenig weil wenn wohnen wollen finden "
     "fahren bleiben geben beginnen machen"},
    {"pt",
     "o a os as de que e em um uma por com para não se seu como mais mas muito "
     "tudo homem mulher tempo vida um dois três quatro cinco seis sete oito "
     "nove dez agora sempre também bom bem melhor pai mãe família amigo nome "
     "número problema palavra porta mesa mão boca pé corpo fogo vento verão "
     "inverno fevereiro novembro sábado domingo branco verde vermelho azul "
     "poder saber haver beber viver voltar falar chamar fazer ver vir"},
    {"pt-br",
     "o a os as de que e em um uma por com para não se seu como mais mas muito "
     "tudo homem mulher tempo vida um dois três quatro cinco seis sete oito "
     "nove dez agora sempre também bom bem melhor pai mãe família amigo nome "
     "número problema palavra porta mesa mão boca pé corpo fogo vento verão "
     "inverno fevereiro novembro sábado domingo branco verde vermelho azul "
     "poder saber haver beber viver voltar falar chamar fazer ver vir"},
    {"ru",
     "и в не на я что он она мы вы это как но по из для было один два три "
     "четыре пять шесть семь восемь девять десять время человек можно если был "
     "уже будет вам мне её все они так вот только ещё бы когда мама папа брат "
     "семья друг имя номер вопрос слово книга письмо дом дверь вода огонь "
     "ветер зима весна лето февраль ноябрь суббота белый голубой бумага "
     "хлеб рыба мясо молоко большой новый первый любить видеть быть писать"},
    {"cs",
     "a v ne na já co on ona my vy to jak ale po z pro bylo jeden dva tři "
     "čtyři pět šest sedm osm devět deset čas člověk muž žena dítě máma táta "
     "bratr rodina přítel jméno číslo problém slovo kniha dům voda oheň vítr "
     "zima jaro léto únor listopad pondělí sobota bílý modrý barva chléb ryba "
     "maso mléko velký nový první mít být vidět vědět psát mluvit"},
    {"pl",
     "i w nie na ja co on ona my wy to jak ale po z dla było jeden dwa trzy "
     "cztery pięć sześć siedem osiem dziewięć dziesięć czas człowiek kobieta "
     "mama tata brat rodzina przyjaciel imię numer problem słowo książka dom "
     "drzwi woda ogień wiatr zima wiosna lato luty listopad sobota biały"},
    {"ca",
     "el la els de que i en un una per amb no es com més però molt tot home "
     "dona temps vida dos tres quatre cinc sis set vuit nou deu ara sempre "
     "també bo millor pare mare família amic nom problema paraula porta taula "
     "mà boca peu cos foc vent neu estiu hivern febrer novembre blanc verd "
     "blau poder saber haver beure viure tornar parlar fer veure venir"},
    {"fi",
     "ja on ei se hän minä sinä me te he tämä mikä kuka missä kun jos mutta "
     "myös niin yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan "
     "yhdeksän kymmenen mies nainen lapsi äiti isä veli perhe ystävä nimi "
     "numero ongelma sana kirja ovi pöytä vesi tuli tuuli kesä talvi helmikuu "
     "maanantai lauantai valkoinen vihreä sininen leipä kala maito voi hyvää "
     "päivää kiitos ole hyvä puhua tehdä tulla mennä nähdä olla voida pitää"},
    {"nl",
     "de het een en is niet ik je hij zij wij met op voor van te dat ook maar "
     "meer veel man vrouw kind vader moeder broer familie vriend naam nummer "
     "woord boek brief water vuur wind zomer winter februari november wit "
     "blauw vijf zeven boven onder blijven geven beginnen maken willen weten"},
    {"sv",
     "och i att det som en på är av för med till den har de inte om ett han "
     "men var jag sig från vi så kan när man hon mamma pappa bror familj vän "
     "namn nummer problem ord bok vatten vind sommar februari vit blå fem"},
    {"tr",
     "bir ve bu için ile ben sen o biz siz ne ama çok daha var yok baba anne "
     "abi aile isim numara problem kelime kitap kapı masa su ateş rüzgar yaz "
     "beyaz mavi beş sabah akşam vermek yapmak bilmek bulmak varmak sevmek"},
    {"id",
     "yang dan di ini itu dengan untuk tidak dari pada saya kamu dia kami bisa "
     "ada bapak ibu keluarga teman nama nomor masalah kata buku pintu meja air "
     "api angin bulan putih biru lima pagi sebab membaca memberi pergi makan"},
    {"hi",
     "और में है की के का से को पर यह वह हम आप मैं नहीं एक दो तीन चार पाँच छह सात "
     "आठ नौ दस बात पिता माता भाई परिवार मित्र नाम पुस्तक पानी आग हवा फल फूल "
     "बच्चा बहुत बड़ा भारत मेरा अपना समय काम"},
};

constexpr Table kPrompts[] = {
    {"en",
     "please press {n}\nplease enter your password\npress {n} for more\nyou "
     "have "
     "{n} new messages\nthank you\ngoodbye\nhello\nyes\nno\nstop\ngo "
     "back\nplay "
     "it again\nturn it off\nmove up\nmove down\nopen the window\nwhat time is "
     "it\ngood morning\nhow may I help you\nroom {n}\npage {n} of {n}\nchapter "
     "{n}\nextension {n}\nit is {n} degrees\n{n}\n{n} {n} {n}\nmaybe\nwhy "
     "not\nof course\nvery well\nmy name is\nbeep\nplease wait\none moment "
     "please\ncall me back\nI beg your pardon\nwho is there\nnever "
     "mind\nperfect\nvolume up\nvoice mail\nfive by five\nbye bye\n"
     "about {n} percent\nnumber {n}\nhave a wonderful week"},
    {"fr",
     "bonjour\nmerci beaucoup\nau revoir\nappuyez sur "
     "{n}\noui\nnon\npeut-être\n"
     "vous avez {n} messages\nveuillez patienter\nun moment\nbonne "
     "journée\ns'il vous plaît\npage {n}\nnuméro {n}\n{n}\nouvrez la "
     "porte\nfermez la fenêtre\navancez\nvoilà\nc'est parfait\nvas-y"},
    {"es",
     "hola\nmuchas gracias\nhasta mañana\noprima {n}\nsí\nno\nbueno\ntiene {n} "
     "mensajes\npor favor\nespere un momento\nbuenas noches\npágina "
     "{n}\nnúmero {n}\n{n}\nabra la puerta\nvamos\nperfecto\nbienvenido"},
    {"it",
     "buongiorno\ngrazie mille\narrivederci\nprema "
     "{n}\nsì\nno\nforse\nbene\nper "
     "favore\nun momento\nbuona notte\npagina {n}\nnumero {n}\n{n}\napri la "
     "porta\nandiamo\nperfetto\nbenvenuto\nbasta"},
    {"de",
     "guten Morgen\nvielen Dank\nauf Wiedersehen\ndrücken Sie {n}\nja\nnein\n"
     "vielleicht\nbitte warten\nein Moment\nSeite {n}\nNummer {n}\n{n}\nöffnen "
     "Sie die Tür\nperfekt\nwillkommen\nbis bald"},
    {"pt-br",
     "bom dia\nmuito obrigado\naté amanhã\naperte {n}\nsim\nnão\npor favor\n"
     "página {n}\nnúmero {n}\n{n}\nabra a porta\nperfeito\nbem-vindo"},
    {"ru",
     "доброе утро\nспасибо\nдо свидания\nнажмите {n}\nда\nнет\nможет "
     "быть\nпожалуйста\nподождите\nномер {n}\nоткройте дверь\nхорошо\nвперёд"},
    {"cs",
     "dobrý den\nděkuji\nna shledanou\nano\nne\nmožná\nprosím\nčekejte "
     "prosím\nčíslo {n}\notevřete dveře\nvýborně\nvítejte"},
    {"ca",
     "bon dia\nmoltes gràcies\nadéu\nsí\nno\npotser\nsi us plau\nun "
     "moment\nnúmero {n}\nobre la porta\nperfecte\nbenvinguts"},
    {"fi",
     "hyvää huomenta\nkiitos paljon\nnäkemiin\nkyllä\nei\nehkä\nhetkinen\n"
     "numero {n}\navaa ovi\nhyvä\ntervetuloa\nvoi voi"},
    {"hi", "नमस्ते\nधन्यवाद\nफिर मिलेंगे\nहाँ\nनहीं\nकृपया\nशुभ प्रभात\nबहुत अच्छा"},
};

template <size_t n>
std::string_view Find(const Table (&tables)[n], std::string_view language) {
  for (const Table& table : tables) {
    if (table.language == language) return table.text;
  }
  return {};
}

}  // namespace

std::string_view CommonWords(std::string_view language) {
  return Find(kCommonWords, language);
}

std::string_view Prompts(std::string_view language) {
  return Find(kPrompts, language);
}

}  // namespace longtake::speech_data
