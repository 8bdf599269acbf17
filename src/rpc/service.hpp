#pragma once
// Methods by their path, and the shapes that most have. Message is any type with ParseFromString and
// SerializeAsString, as protobuf's are.

#include <map>
#include <string>
#include <type_traits>

#include "rpc/connection.hpp"

namespace dhow::rpc {

/// The methods that one end answers.
class Service {
  public:
    void add(std::string path, Answer answer) { methods_[std::move(path)] = std::move(answer); }

    /// `method` is Task<Reply>(Request, std::shared_ptr<Call>).
    template <typename Request, typename Method>
    void add_unary(std::string path, Method method);

    /// `method` is Task<void>(Request, std::shared_ptr<Call>) and writes as many replies as it likes.
    template <typename Request, typename Method>
    void add_stream(std::string path, Method method);

    /// Answers a call; one that there is no method for as gRPC wants it, `unimplemented`.
    Task<void> answer(std::shared_ptr<Call> call) const;

  private:
    std::map<std::string, Answer> methods_;
};

/// The next message. @throws CallFailed when there is none, or it is no such message
template <typename Message>
Task<Message> read_message(std::shared_ptr<Call> call) {
    auto bytes = co_await call->read();
    Message message;
    if (!bytes) throw CallFailed({Code::internal, "the call ended without a message", {}});
    if (!message.ParseFromString(*bytes))
        throw CallFailed({Code::internal, fmt::format("{}: not a message of its type", call->path()), {}});
    co_return message;
}

template <typename Message>
Task<void> write_message(std::shared_ptr<Call> call, const Message& message) {
    return call->write(message.SerializeAsString());
}

/// Calls a method of the other end that takes one message and gives one.
template <typename Reply, typename Request>
Task<Reply> call_unary(std::shared_ptr<Connection> connection, std::string path, Request request) {
    auto call = connection->call(path);
    co_await call->write(request.SerializeAsString());
    call->close_output();
    auto reply = co_await read_message<Reply>(call);
    // The status comes after the message.
    co_await call->read();
    co_return reply;
}

template <typename Request, typename Method>
void Service::add_unary(std::string path, Method method) {
    auto answer = [](Method work, std::shared_ptr<Call> call) -> Task<void> {
        auto request = co_await read_message<Request>(call);
        auto reply = co_await work(std::move(request), call);
        co_await call->write(reply.SerializeAsString());
    };
    add(std::move(path), [answer, method](std::shared_ptr<Call> call) { return answer(method, call); });
}

template <typename Request, typename Method>
void Service::add_stream(std::string path, Method method) {
    auto answer = [](Method work, std::shared_ptr<Call> call) -> Task<void> {
        auto request = co_await read_message<Request>(call);
        co_await work(std::move(request), call);
    };
    add(std::move(path), [answer, method](std::shared_ptr<Call> call) { return answer(method, call); });
}

}  // namespace dhow::rpc
