-- Keys, then arguments; with ; ] and "quotes" that the embedding must keep.
local all = {}
for _, key in ipairs(KEYS) do all[#all + 1] = key end
for _, arg in ipairs(ARGV) do all[#all + 1] = arg end
return all
