#include "cli/build/agents.hpp"

#include <array>
#include <cstdlib>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/random.hpp"

namespace dhow::cli {

namespace {

UniqueFd connect_to(const std::string& path) {
    UniqueFd socket(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a socket"));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw InvalidArgument("the path {} is too long for a socket", path);
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    check(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "connect to {}", path);
    return socket;
}

Agent read_agent(const std::string& value) {
    auto equals = value.find('=');
    Agent agent{value.substr(0, equals), equals == value.npos ? "" : value.substr(equals + 1)};
    if (agent.id.empty()) throw InvalidArgument("--ssh {}: it has no id", value);
    if (agent.socket.empty()) {
        const char* usual = std::getenv("SSH_AUTH_SOCK");
        if (!usual || !*usual)
            throw InvalidArgument("--ssh {}: there is no ssh agent: SSH_AUTH_SOCK is not set", value);
        agent.socket = usual;
    }
    struct stat status;
    if (::stat(agent.socket.c_str(), &status) != 0)
        throw InvalidArgument("--ssh {}: {} is not there", value, agent.socket);
    if (!S_ISSOCK(status.st_mode))
        throw NotImplemented("--ssh {}: {} is no socket of an agent; give a key to an agent (ssh-add)", value,
                             agent.socket);
    return agent;
}

}  // namespace

std::vector<Agent> read_agents(const std::vector<std::string>& values) {
    std::vector<Agent> agents;
    for (const auto& value : values) agents.push_back(read_agent(value));
    return agents;
}

AgentForwarder::AgentForwarder(client::Client& client, std::vector<Agent> agents)
    : key_(random_hex(32)),
      agents_(std::move(agents)),
      client_(client.endpoint(), client.version()),
      stop_(check(::eventfd(0, EFD_CLOEXEC), "make an eventfd")) {
    client_.negotiate();
    for (std::size_t i = 0; i < agents_.size(); ++i) lines_.push_back(make_line(i));
    thread_ = std::thread([this] { run(); });
}

AgentForwarder::~AgentForwarder() {
    std::uint64_t one = 1;
    (void)!::write(stop_.get(), &one, sizeof one);
    thread_.join();
}

AgentForwarder::Line AgentForwarder::make_line(std::size_t agent) {
    client::Target target("/build/agent");
    target.add("key", key_).add("id", agents_[agent].id);
    auto connection = client_.start({.method = "POST", .target = target.take(), .hijack = true});
    auto status = connection.read_head().status;
    if (status >= 400) throw Unavailable("the daemon takes no ssh agents for builds (status {})", status);
    auto raw = connection.hijack();
    return {agent, std::move(raw.socket), UniqueFd()};
}

bool AgentForwarder::carry(int from, int to) {
    std::array<char, 32 << 10> buffer;
    auto count = ::read(from, buffer.data(), buffer.size());
    if (count <= 0) return false;
    try {
        client::write_all(to, {buffer.data(), static_cast<std::size_t>(count)});
    } catch (const Error&) {
        return false;
    }
    return true;
}

bool AgentForwarder::serve(Line& line, short events) {
    if ((events & (POLLIN | POLLHUP | POLLERR)) == 0) return true;
    if (!line.local) {
        char byte = 0;
        if (::recv(line.daemon.get(), &byte, 1, MSG_PEEK) <= 0) return false;
        line.local = connect_to(agents_[line.agent].socket);
        // The next command finds one ready.
        lines_.push_back(make_line(line.agent));
        return true;
    }
    return carry(line.daemon.get(), line.local.get());
}

void AgentForwarder::run() {
    while (true) {
        std::vector<pollfd> polled{{stop_.get(), POLLIN, 0}};
        for (const auto& line : lines_) {
            polled.push_back({line.daemon.get(), POLLIN, 0});
            polled.push_back({line.local ? line.local.get() : -1, POLLIN, 0});
        }
        if (::poll(polled.data(), polled.size(), -1) < 0) continue;
        if (polled[0].revents != 0) return;
        std::vector<std::size_t> over;
        auto count = lines_.size();
        for (std::size_t i = 0; i < count; ++i) {
            bool alive = true;
            try {
                // serve() may add lines, so that this one moves.
                Line line = std::move(lines_[i]);
                alive = serve(line, polled[1 + 2 * i].revents);
                if (alive && (polled[2 + 2 * i].revents & (POLLIN | POLLHUP)) != 0)
                    alive = carry(line.local.get(), line.daemon.get());
                lines_[i] = std::move(line);
            } catch (const Error&) {
                alive = false;  // the command sees its agent close the connection
            }
            if (!alive) over.push_back(i);
        }
        for (auto i = over.rbegin(); i != over.rend(); ++i)
            lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(*i));
    }
}

}  // namespace dhow::cli
