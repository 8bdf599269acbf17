# dhow_room(NAME DEPENDS target...): a room is a static library, dhow_NAME, of all sources below its
# folder. What a room may include is in src/rooms.txt, and a test checks it; DEPENDS says what it links.
function(dhow_room name)
    cmake_parse_arguments(room "" "" "DEPENDS" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    add_library(dhow_${name} STATIC ${sources})
    target_include_directories(dhow_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(dhow_${name} PUBLIC ${room_DEPENDS})
endfunction()

# dhow_test(NAME DEPENDS target...): a GoogleTest program of all sources below the folder, one ctest
# entry a test case. LABELS groups them; TIMEOUT is in seconds, for one case.
function(dhow_test name)
    cmake_parse_arguments(test "" "TIMEOUT" "DEPENDS;LABELS;PROPERTIES" ${ARGN})
    if(NOT test_TIMEOUT)
        set(test_TIMEOUT 60)
    endif()
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    add_executable(${name} ${sources})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
    target_link_libraries(${name} PRIVATE ${test_DEPENDS} GTest::gtest_main GTest::gmock)
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
        PROPERTIES LABELS "${test_LABELS}" TIMEOUT ${test_TIMEOUT} ${test_PROPERTIES})
endfunction()
