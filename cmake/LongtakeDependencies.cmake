# Every outside library, all from Debian 12, each under one imported target.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(hwy REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Torch REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp REQUIRED)
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(EBUR128 REQUIRED IMPORTED_TARGET libebur128)
pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
# Instead of the C library's malloc in a program that allocates on many threads.
add_library(longtake_jemalloc INTERFACE)
target_link_libraries(longtake_jemalloc INTERFACE
  -Wl,--no-as-needed PkgConfig::JEMALLOC -Wl,--as-needed)
pkg_check_modules(ESPEAK_NG REQUIRED IMPORTED_TARGET espeak-ng)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET
  libavformat libavcodec libavutil libswscale libswresample)

# Debian's libopencv-imgproc-dev ships no CMake package of its own.
find_path(OPENCV_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(OPENCV_CORE_LIBRARY opencv_core REQUIRED)
find_library(OPENCV_IMGPROC_LIBRARY opencv_imgproc REQUIRED)
add_library(longtake_opencv INTERFACE)
target_include_directories(longtake_opencv SYSTEM INTERFACE ${OPENCV_INCLUDE_DIR})
target_link_libraries(longtake_opencv INTERFACE
  ${OPENCV_IMGPROC_LIBRARY} ${OPENCV_CORE_LIBRARY})

# LibTorch's headers are not warning-clean; keep them system includes.
add_library(longtake_torch INTERFACE)
target_include_directories(longtake_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(longtake_torch INTERFACE ${TORCH_LIBRARIES})
