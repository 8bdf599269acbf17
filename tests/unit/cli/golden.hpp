#pragma once
// What docker did, as record.py wrote it down: "$ CASE", then a line of what came of it ("! ..." for an
// error).

#include <fstream>
#include <string>
#include <vector>

namespace dhow::cli {

struct Golden {
    std::string given;
    std::string expected;
    bool is_error = false;
};

inline std::vector<Golden> read_golden(const std::string& name) {
    std::ifstream file(std::string(CLI_TEST_DATA) + "/" + name);
    std::vector<Golden> cases;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("$ "))
            cases.push_back({line.substr(2), {}, false});
        else if (line.starts_with("! "))
            cases.back() = {cases.back().given, line.substr(2), true};
        else
            cases.back().expected = line;
    }
    return cases;
}

inline std::string read_text(const std::string& name) {
    std::ifstream file(std::string(CLI_TEST_DATA) + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace dhow::cli
