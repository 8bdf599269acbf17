#pragma once
// What a command runs with: the daemon, the two outputs, and how failures are told.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "client/client.hpp"

namespace dhow::cli {

/// Ends the command with a status, and a message unless that is empty (printed as it stands).
class Exit : public Error {
  public:
    Exit(int status, std::string message) : Error(ErrorKind::internal, std::move(message)), status_(status) {}
    int status() const { return status_; }

  private:
    int status_;
};

class Session {
  public:
    /// `host` is what -H gave, or empty.
    explicit Session(std::string host) : host_(std::move(host)) {}
    ~Session() { flush(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// The daemon: of -H, DHOW_HOST, DOCKER_HOST, or dhow's own socket. @throws InvalidArgument for a bad
    /// address.
    client::Client& client();

    /// Standard output, kept until flush() or the end.
    void write(std::string_view text);
    template <typename... Args>
    void print(fmt::format_string<Args...> format, Args&&... args) {
        write(fmt::format(format, std::forward<Args>(args)...));
    }
    void flush();

    /// Standard error, at once; what was printed before comes first.
    void error(std::string_view line);

    /// Does the same to each name, and goes on after a failure. Prints what `action` gives for each success.
    /// @return the exit status.
    int for_each(const std::vector<std::string>& names,
                 const std::function<std::optional<std::string>(const std::string& name)>& action);

    /// Asks the daemon the same of all names, many at once, and prints each that was done, in their order.
    /// @param matters tells which failures make the exit status 1; all do when it is empty.
    /// @return the exit status.
    int ask_for_each(const std::vector<std::string>& names,
                     const std::function<client::Request(const std::string& name)>& request_of,
                     const std::function<bool(const Error&)>& matters = {});

  private:
    std::string host_;
    std::unique_ptr<client::Client> client_;
    std::string pending_;
};

/// A failure as the user reads it: "Error response from daemon: ..." for what the daemon said.
std::string message_of(const Error& error);

/// Asks on the terminal; false unless the answer is y or yes.
bool confirm(Session& session, std::string_view question);

/// Runs a command line; gives the exit status.
int run(int count, char** words);

}  // namespace dhow::cli
