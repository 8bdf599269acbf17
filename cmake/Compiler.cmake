# Warnings, linker and sanitizers, for every target of this tree.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
# A designated initialiser leaves members to their defaults on purpose.
add_compile_options(-Wno-missing-field-initializers)
add_compile_options(-ffunction-sections -fdata-sections -fno-plt -fstack-protector-strong)
add_link_options(-fuse-ld=mold -Wl,--gc-sections)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_options(-D_FORTIFY_SOURCE=2)
    # At -O2 g++ 12 reports faults inside inlined coroutine frames where there are none, so that there warnings are
    # not errors; every other preset keeps them so.
    add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-restrict -Wno-array-bounds -Wno-error)
endif()

option(DHOW_FUZZ "Build the fuzz targets (clang alone can; fuzz/README.md)" OFF)
if(DHOW_FUZZ)
    # clang's own warnings are clang-tidy's business, not that of a fuzzing run.
    add_compile_options(-fsanitize=fuzzer-no-link -Wno-error)
endif()

set(DHOW_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")
if(DHOW_SANITIZE)
    add_compile_options(-fsanitize=${DHOW_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${DHOW_SANITIZE})
    # A sanitizer's run-time library cannot be linked statically into a whole program.
    set(DHOW_STATIC_LINK "")
    set(DHOW_STATIC_FIXED_LINK "")
else()
    set(DHOW_STATIC_LINK -static-pie)
    # At a fixed address nothing is relocated when the program starts.
    set(DHOW_STATIC_FIXED_LINK -static -no-pie)
endif()
