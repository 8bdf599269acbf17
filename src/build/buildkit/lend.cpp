#include "build/buildkit/lend.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include "base/defer.hpp"
#include "build/buildkit/protocol/session.pb.h"
#include "build/subrequests/outline.hpp"
#include "rpc/service.hpp"

namespace dhow::build::buildkit {

namespace {

const std::string secret_method = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
const std::string check_method = "/moby.sshforward.v1.SSH/CheckAgent";
const std::string forward_method = "/moby.sshforward.v1.SSH/ForwardAgent";
const std::string credentials_method = "/moby.filesync.v1.Auth/Credentials";

constexpr std::size_t longest_secret = 500 << 10;

Task<void> borrow_secret(std::shared_ptr<Session> session, std::shared_ptr<Recipe> recipe, std::string id) {
    auto& secrets = recipe->order.request.secrets;
    if (secrets.contains(id) || !session->offers(secret_method)) co_return;
    protocol::GetSecretRequest request;
    request.set_id(id);
    try {
        auto reply = co_await rpc::call_unary<protocol::GetSecretResponse>(session->connection(),
                                                                           secret_method, request);
        if (reply.data().size() > longest_secret)
            throw InvalidArgument("the secret {} is longer than {} bytes", id, longest_secret);
        secrets[id] = reply.data();
    } catch (const rpc::CallFailed& failure) {
        // A step that cannot do without it will say so.
        if (failure.status().code != rpc::Code::not_found) throw;
    }
}

/// Whether the client has the agent.
Task<bool> has_agent(std::shared_ptr<Session> session, std::string id) {
    if (!session->offers(check_method)) co_return false;
    protocol::CheckAgentRequest request;
    request.set_id(id);
    try {
        co_await rpc::call_unary<protocol::CheckAgentResponse>(session->connection(), check_method, request);
    } catch (const rpc::CallFailed&) {
        co_return false;
    }
    co_return true;
}

Task<void> carry_from_client(std::shared_ptr<rpc::Call> call, std::shared_ptr<AgentSocket> socket) {
    try {
        while (true) {
            auto bytes = co_await call->read();
            protocol::BytesMessage message;
            if (!bytes || !message.ParseFromString(*bytes)) break;
            boost::system::error_code failed;
            co_await asio::async_write(*socket, asio::buffer(message.data()),
                                       asio::redirect_error(asio::use_awaitable, failed));
            if (failed) break;
        }
    } catch (const Error&) {
        // The agent is gone: so is the connection to it.
    }
    boost::system::error_code ignored;
    socket->close(ignored);
}

/// One connection of a command to the agent.
Task<void> forward(std::shared_ptr<Session> session, std::string id, std::shared_ptr<AgentSocket> socket) {
    auto executor = co_await asio::this_coro::executor;
    try {
        auto call = session->connection()->call(forward_method, {{"buildkit.ssh.id", id}});
        Defer end([call] { call->cancel(); });
        asio::co_spawn(executor, carry_from_client(call, socket), asio::detached);
        std::string buffer(32 << 10, '\0');
        while (true) {
            boost::system::error_code failed;
            auto count = co_await socket->async_read_some(asio::buffer(buffer),
                                                          asio::redirect_error(asio::use_awaitable, failed));
            if (failed || count == 0) break;
            protocol::BytesMessage message;
            message.set_data(buffer.data(), count);
            co_await call->write(message.SerializeAsString());
        }
    } catch (const Error&) {
    }
    boost::system::error_code ignored;
    socket->close(ignored);
}

}  // namespace

Task<std::shared_ptr<Agents>> borrow(Delivery delivery, std::shared_ptr<Recipe> recipe) {
    auto agents = std::make_shared<Agents>();
    auto& request = recipe->order.request;
    auto look = [recipe] { return make_outline(recipe->plan, recipe->order.request); };
    auto outline = co_await delivery.services.pool.run(std::move(look));
    for (const auto& secret : outline.secrets) co_await borrow_secret(delivery.session, recipe, secret.name);
    for (const auto& agent : outline.agents) {
        const auto& id = agent.name;
        if (request.agents.contains(id)) continue;
        bool there = co_await has_agent(delivery.session, id);
        if (!there) continue;
        CarryAgent carry = [session = delivery.session, id](std::shared_ptr<AgentSocket> socket) {
            return forward(session, id, std::move(socket));
        };
        request.agents[id] =
            agents->open(delivery.services.executor, delivery.services.options.exec_root, std::move(carry));
    }
    co_return agents;
}

Task<registry::Credentials> credentials_for(std::shared_ptr<Session> session, std::string domain) {
    registry::Credentials credentials;
    if (!session->offers(credentials_method)) co_return credentials;
    protocol::CredentialsRequest request;
    // The name under which clients keep what belongs to docker's own registry.
    request.set_host(domain == "docker.io" ? "registry-1.docker.io" : domain);
    try {
        auto reply = co_await rpc::call_unary<protocol::CredentialsResponse>(session->connection(),
                                                                             credentials_method, request);
        // Without a user's name the secret is a token to be exchanged.
        credentials.username = reply.username();
        if (reply.username().empty())
            credentials.identity_token = reply.secret();
        else
            credentials.password = reply.secret();
    } catch (const rpc::CallFailed&) {
        // Then it is tried without a name.
    }
    co_return credentials;
}

}  // namespace dhow::build::buildkit
