#include "support/registry.hpp"

#include <csignal>

#include <unistd.h>

#include "base/error.hpp"

namespace dhow::test {
namespace {

constexpr auto new_certificate =
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30";

}  // namespace

Registry::Registry(const Host& host, RegistryOptions options) : host_(host), options_(std::move(options)) {
    const auto& folder = scratch_.path();
    auto configuration = fmt::format(
        "version: 0.1\nlog:\n  level: info\nstorage:\n  filesystem:\n    rootdirectory: {}\n  delete:\n"
        "    enabled: true\nhttp:\n  addr: {}\n",
        data().native(), address());
    if (options_.tls) {
        make_authority();
        sign(folder / "cert.pem", folder / "key.pem",
             {fmt::format("subjectAltName=IP:{},DNS:localhost", options_.host)});
        configuration +=
            fmt::format("  tls:\n    certificate: {0}/cert.pem\n    key: {0}/key.pem\n", folder.native());
        if (options_.wants_certificate)
            configuration += fmt::format("    clientcas:\n      - {}/ca.pem\n", folder.native());
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

void Registry::make_authority() const {
    expect_success(
        run(sh(fmt::format("cd {0} && {1} -subj '/CN=test authority' -keyout ca.key -out ca.pem && "
                           "mkdir -p certs.d/{2} && cp ca.pem certs.d/{2}/ca.crt",
                           scratch_.path().native(), new_certificate, address()))));
}

void Registry::sign(const std::filesystem::path& certificate, const std::filesystem::path& key,
                    const std::vector<std::string>& extensions) const {
    auto line = fmt::format("cd {} && {} -CA ca.pem -CAkey ca.key -subj /CN=test -keyout {} -out {}",
                            scratch_.path().native(), new_certificate, key.native(), certificate.native());
    for (const auto& extension : extensions) line += " -addext '" + extension + "'";
    expect_success(run(sh(line + " -addext basicConstraints=critical,CA:FALSE")));
}

void Registry::issue_client_certificate() const {
    auto folder = certificates() / address();
    sign(folder / "client.cert", folder / "client.key", {"extendedKeyUsage=clientAuth"});
}

void Registry::start() {
    process_ = std::make_unique<Process>(
        program({"/usr/bin/docker-registry", "serve", scratch_.path() / "config.yml"}).on(host_),
        scratch_.path() / "log", scratch_.path() / "log");
    auto probe = fmt::format("exec 3<>/dev/tcp/{}/{}", options_.host, options_.port);
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

std::string Registry::address() const { return fmt::format("{}:{}", options_.host, options_.port); }

std::optional<std::string> Registry::missing() {
    if (::access("/usr/bin/docker-registry", X_OK) != 0)
        return "docker-registry is not installed (scripts/install-packages test)";
    return std::nullopt;
}

}  // namespace dhow::test
