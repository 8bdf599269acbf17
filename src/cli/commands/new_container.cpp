#include "cli/commands/new_container.hpp"

#include <cerrno>
#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include "base/defer.hpp"
#include "base/text.hpp"
#include "cli/commands/support.hpp"
#include "cli/credentials/store.hpp"
#include "cli/format/progress.hpp"
#include "client/streams.hpp"
#include "oci/digest.hpp"

namespace dhow::cli {

namespace {

void check_pull_policy(std::string_view policy) {
    if (policy.empty() || policy == "always" || policy == "missing" || policy == "never") return;
    throw InvalidArgument("invalid pull option: '{}': must be one of \"always\", \"missing\" or \"never\"",
                          policy);
}

/// The file of --cidfile: made first, so that a second run with the same name stops before it makes a
/// container; removed again when no id was written.
class IdFile {
  public:
    explicit IdFile(std::string path) : path_(std::move(path)) {
        if (path_.empty()) return;
        file_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
        if (!file_ && errno == EEXIST)
            throw Exit(
                125,
                fmt::format(
                    "dhow: container ID file found, make sure the other container isn't running or delete {}",
                    path_));
        if (!file_)
            throw InvalidArgument("failed to create the container ID file: open {}: {}", path_,
                                  lower(errno_text(errno)));
    }
    ~IdFile() {
        if (file_ && !written_) ::unlink(path_.c_str());
    }
    IdFile(const IdFile&) = delete;
    IdFile& operator=(const IdFile&) = delete;
    void write(const std::string& id) {
        if (file_) client::write_all(file_.get(), id);
        written_ = true;
    }

  private:
    std::string path_;
    UniqueFd file_;
    bool written_ = false;
};

bool is_missing_image(const client::DaemonError& error) {
    return error.status() == 404 && error.message().find("o such image") != std::string::npos;
}

/// The name of an image, or none: an id (with or without "sha256:"), which no registry knows.
/// @throws InvalidArgument "invalid reference format..."
std::optional<oci::Reference> name_of(std::string_view image) {
    auto digits = image.starts_with("sha256:") ? image.substr(7) : image;
    bool is_id = oci::is_hex(digits) && (digits.size() == 64 || digits.size() != image.size());
    if (is_id) return std::nullopt;
    return oci::Reference::parse(image).with_default_tag();
}

}  // namespace

void pull_image(Session& session, const oci::Reference& image, std::string_view platform, bool quiet,
                bool to_error) {
    auto target = client::Target("/images/create").add("fromImage", image.familiar_name());
    if (image.digest)
        target.add("tag", image.digest->text());
    else if (!image.tag.empty())
        target.add("tag", image.tag);
    if (!platform.empty()) target.add("platform", platform);
    client::Request request{.method = "POST", .target = target.take()};
    request.headers.emplace_back("X-Registry-Auth", CredentialStore().header(registry_key(image.domain)));
    auto connection = session.client().call(request);
    session.flush();
    show_progress(client::JsonStream(std::move(connection)), quiet      ? -1
                                                             : to_error ? STDERR_FILENO
                                                                        : STDOUT_FILENO);
}

std::string make_container(Session& session, const Arguments& arguments, const wire::ContainerCreate& body,
                           const std::function<void()>& meanwhile) {
    auto policy = arguments.text("pull");
    check_pull_policy(policy);
    auto name = name_of(body.image);
    IdFile id_file((std::string(arguments.text("cidfile"))));
    auto pull = [&] {
        pull_image(session, *name, arguments.text("platform"), arguments.flag("quiet"), true);
    };
    if (policy == "always" && name) pull();
    client::Target target("/containers/create");
    target.add_if(arguments.has("name"), "name", arguments.text("name"));
    target.add_if(arguments.has("platform"), "platform", arguments.text("platform"));
    client::Request request{.method = "POST", .target = target.take(), .body = json::write(body)};
    json::Value answer;
    try {
        answer = session.client().json(request, meanwhile);
    } catch (const client::DaemonError& error) {
        if (!is_missing_image(error) || policy != "missing" || !name) throw;
        if (!arguments.flag("quiet"))
            session.error(fmt::format("Unable to find image '{}' locally", name->familiar()));
        pull();
        answer = session.client().json(request);
    }
    auto response = json::from<wire::ContainerCreateResponse>(answer);
    for (const auto& warning : response.warnings) session.error("WARNING: " + warning);
    id_file.write(response.id);
    return response.id;
}

void fail_to_start(const Error& error, std::string_view command) {
    auto message = message_of(error);
    auto says = [&](std::string_view phrase) { return lower(message).find(phrase) != std::string::npos; };
    int status = 125;
    if (says("executable file not found") || says("no such file or directory"))
        status = 127;
    else if (says("permission denied") || says("is a directory"))
        status = 126;
    throw Exit(status,
               fmt::format("dhow: {}\n\nRun 'dhow {} --help' for more information", message, command));
}

}  // namespace dhow::cli
