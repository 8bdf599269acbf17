# Every library that dhow uses, once. Reasons: docs/internals/dependencies.md.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 REQUIRED)

# Boost.JSON's archive is named outright: the static programs need it, and one form serves all.
find_library(BOOST_JSON_ARCHIVE libboost_json.a REQUIRED)
find_library(BOOST_CONTAINER_ARCHIVE libboost_container.a REQUIRED)
add_library(ext_boost_json INTERFACE)
target_link_libraries(ext_boost_json INTERFACE ${BOOST_JSON_ARCHIVE} ${BOOST_CONTAINER_ARCHIVE})

# Asio and Beast are compiled once, in src/base/async/.
add_library(ext_asio INTERFACE)
target_compile_definitions(ext_asio INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    BOOST_ASIO_DISABLE_BOOST_DATE_TIME
    BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(ext_asio INTERFACE Threads::Threads)
# g++ 12 at -O2 inlines an awaitable's operator new but not its operator delete, and then sees a mismatch.
target_compile_options(ext_asio INTERFACE -Wno-mismatched-new-delete -Wno-free-nonheap-object -Wno-use-after-free)

# Debian has {fmt} as a shared library alone: src/base/fmt.cpp compiles it, for the static programs' sake.
find_library(SECCOMP_ARCHIVE libseccomp.a REQUIRED)
add_library(ext_seccomp INTERFACE)
target_link_libraries(ext_seccomp INTERFACE ${SECCOMP_ARCHIVE})

# The shim is static too.
find_library(ZLIB_ARCHIVE libz.a REQUIRED)
add_library(ext_zlib INTERFACE)
target_link_libraries(ext_zlib INTERFACE ${ZLIB_ARCHIVE})

find_library(BZIP2_LIBRARY bz2 REQUIRED)
add_library(ext_bzip2 INTERFACE)
target_link_libraries(ext_bzip2 INTERFACE ${BZIP2_LIBRARY})

foreach(module IN ITEMS libisal sqlite3 libnftables libmnl libcrypto libssl libcurl libzstd liblzma libnghttp2)
    pkg_check_modules(${module} REQUIRED IMPORTED_TARGET ${module})
    add_library(ext_${module} ALIAS PkgConfig::${module})
endforeach()
