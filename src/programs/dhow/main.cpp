// The command line. All of it stands in src/cli, where tests link it.

#include "cli/session.hpp"

int main(int count, char** words) { return dhow::cli::run(count, words); }
