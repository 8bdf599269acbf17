#pragma once
#include <functional>
#include <string>

/// Answers each request for a path with what `answer` says, until SIGTERM.
void serve(int port, const std::function<std::string(const std::string& path)>& answer);
