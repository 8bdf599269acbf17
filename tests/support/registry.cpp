#include "support/registry.hpp"

#include <csignal>

#include <unistd.h>

#include "base/error.hpp"

namespace dhow::test {

Registry::Registry(const Host& host, RegistryOptions options) : host_(host), options_(std::move(options)) {
    const auto& folder = scratch_.path();
    auto configuration = fmt::format(
        "version: 0.1\nlog:\n  level: info\nstorage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n"
        "    enabled: true\nhttp:\n  addr: 127.0.0.1:{}\n",
        data().native(), options_.port);
    if (options_.tls) {
        make_certificate();
        configuration +=
            fmt::format("  tls:\n    certificate: {0}/cert.pem\n    key: {0}/key.pem\n", folder.native());
    }
    if (!options_.user.empty()) {
        expect_success(run(sh(fmt::format("htpasswd -Bbn {} {} > {}/htpasswd", options_.user,
                                          options_.password, folder.native()))));
        configuration +=
            fmt::format("auth:\n  htpasswd:\n    realm: test\n    path: {}/htpasswd\n", folder.native());
    }
    write_file(folder / "config.yml", configuration + options_.more);
    start();
}

void Registry::make_certificate() {
    auto folder = scratch_.path().native();
    expect_success(run(sh(fmt::format(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=test "
        "-addext 'subjectAltName=IP:127.0.0.1,DNS:localhost' -keyout {0}/key.pem -out {0}/cert.pem && "
        "mkdir -p {0}/certs.d/{1} && cp {0}/cert.pem {0}/certs.d/{1}/ca.crt",
        folder, address()))));
}

void Registry::start() {
    process_ = std::make_unique<Process>(
        program({"/usr/bin/docker-registry", "serve", scratch_.path() / "config.yml"}).on(host_),
        scratch_.path() / "log", scratch_.path() / "log");
    auto probe = fmt::format("exec 3<>/dev/tcp/127.0.0.1/{}", options_.port);
    bool there = eventually([&] { return run(sh(probe).on(host_)).status == 0 || process_->wait(0ms); }, 20s);
    if (!there || process_->wait(0ms)) throw InternalError("docker-registry did not start:\n{}", log());
}

void Registry::stop() {
    process_->signal(SIGTERM);
    if (!process_->wait(10s)) process_->signal(SIGKILL);
    process_.reset();
}

void Registry::kill9() {
    process_->signal(SIGKILL);
    process_->wait(5s);
    process_.reset();
}

std::string Registry::address() const { return fmt::format("127.0.0.1:{}", options_.port); }

std::optional<std::string> Registry::missing() {
    if (::access("/usr/bin/docker-registry", X_OK) != 0)
        return "docker-registry is not installed (scripts/install-packages test)";
    return std::nullopt;
}

}  // namespace dhow::test
