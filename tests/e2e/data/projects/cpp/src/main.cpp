#include <cstdlib>
#include <iostream>

#include "server.hpp"

std::string greet(const std::string& path) { return "hello from C++ at " + path + "\n"; }

int main(int count, char** words) {
    if (count > 1 && words[1] == std::string("--self-test")) {
        std::cout << greet("/test") << std::flush;
        return greet("/x") == "hello from C++ at /x\n" ? 0 : 1;
    }
    serve(count > 1 ? std::atoi(words[1]) : 8000, greet);
    std::cout << "stopped" << std::endl;
}
