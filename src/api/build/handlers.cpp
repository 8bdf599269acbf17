#include "api/build/handlers.hpp"

#include "api/build/convert.hpp"
#include "api/http/status.hpp"
#include "api/images/transfer.hpp"
#include "wire/progress.hpp"

namespace dhow::api::build {

namespace {

// What a quiet build keeps of its words, for the case that it fails.
constexpr std::size_t most_kept = 1 << 20;

/// The answer: one JSON object for each piece of text, sent as the build says it.
class Answer final : public dhow::build::Listener {
  public:
    Answer(http::Exchange& exchange, bool quiet) : exchange_(exchange), quiet_(quiet) {}

    Task<void> text(std::string words) override {
        wire::ProgressLine line;
        line.stream = std::move(words);
        if (quiet_)
            keep(line.stream);
        else
            co_await send(line);
    }

    Task<void> error_text(std::string words) override {
        // As docker shows it: in red.
        return text("\x1b[91m" + words + "\x1b[0m");
    }

    Task<void> image(std::string id) override {
        wire::ProgressLine line;
        json::Object object;
        object["ID"] = id;
        line.aux = std::move(object);
        co_await send(line);
    }

    /// The last word of a build that succeeded.
    Task<void> done(std::string id, std::vector<std::string> names) {
        wire::ProgressLine line;
        if (quiet_) {
            line.stream = id + "\n";
            co_await send(line);
            co_return;
        }
        line.stream = fmt::format("Successfully built {}\n", id.substr(7, 12));
        co_await send(line);
        for (auto& name : names) {
            wire::ProgressLine tagged;
            tagged.stream = fmt::format("Successfully tagged {}\n", name);
            co_await send(tagged);
        }
    }

    /// A failure: as the answer's status while nothing was sent, else as a line.
    Task<void> fail(std::exception_ptr failure) {
        if (quiet_ && !kept_.empty()) {
            wire::ProgressLine words;
            words.stream = std::exchange(kept_, {});
            co_await send(words);
        }
        if (!started_) std::rethrow_exception(failure);
        wire::ProgressLine line;
        line.error = http::error_message(failure);
        wire::ErrorDetail detail;
        detail.message = line.error;
        detail.code = code_of(failure);
        line.error_detail = detail;
        co_await send(line);
    }

  private:
    static int code_of(const std::exception_ptr& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const dhow::build::CommandFailed& error) {
            return error.code();
        } catch (...) {
            return 0;
        }
    }

    void keep(const std::string& words) {
        kept_ += words;
        if (kept_.size() > most_kept) kept_.erase(0, kept_.size() - most_kept);
    }

    Task<void> send(const wire::ProgressLine& line) {
        std::string text = json::write(line) + "\r\n";
        if (!std::exchange(started_, true)) co_await exchange_.start_stream("application/json");
        co_await exchange_.write(text);
    }

    http::Exchange& exchange_;
    bool quiet_;
    bool started_ = false;
    std::string kept_;
};

Task<std::shared_ptr<dhow::build::Context>> receive(dhow::build::Builder& builder, http::Exchange& exchange,
                                                    std::shared_ptr<dhow::build::Cancellation> stop) {
    auto executor = co_await asio::this_coro::executor;
    images::Upload upload(exchange, executor);
    std::exception_ptr failure;
    std::shared_ptr<dhow::build::Context> context;
    try {
        auto source = upload.source();
        context = co_await builder.receive(std::move(source), stop);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    co_await upload.join();
    if (failure) std::rethrow_exception(failure);
    co_return context;
}

/// Names the image. @return the names, as docker prints them
Task<std::vector<std::string>> name_image(engine::Engine& engine, std::string id,
                                          std::vector<Wanted::Name> wanted) {
    std::vector<std::string> names;
    for (const auto& name : wanted) {
        co_await engine.images().tag(id, name.repository, name.tag);
        names.push_back(name.repository + ":" + name.tag);
    }
    co_return names;
}

}  // namespace

Task<void> build(engine::Engine& engine, dhow::build::Builder& builder, http::Exchange& exchange) {
    auto wanted = read_request(engine.networks(), exchange.request());
    auto stop = std::make_shared<dhow::build::Cancellation>();
    std::shared_ptr<dhow::build::Context> context;
    if (wanted.remote.empty()) context = co_await receive(builder, exchange, stop);
    std::function<void()> cancel = [stop] { stop->request(); };
    exchange.on_disconnect(std::move(cancel));
    if (!context) {
        // It is asked for nothing else, but clients may send an empty body.
        co_await exchange.body();
        context = co_await builder.fetch(wanted.remote, stop);
    }
    Answer answer(exchange, wanted.quiet);
    std::exception_ptr failure;
    std::string id;
    std::vector<std::string> names;
    try {
        auto image = co_await builder.build(wanted.request, context, answer, stop);
        id = image.text();
        names = co_await name_image(engine, id, wanted.names);
    } catch (const Error&) {
        failure = std::current_exception();
    }
    context.reset();
    if (failure)
        co_await answer.fail(failure);
    else
        co_await answer.done(id, names);
}

Task<void> prune(dhow::build::Builder& builder, http::Exchange& exchange) {
    for (const char* parameter :
         {"filters", "keep-storage", "reserved-space", "max-used-space", "min-free-space"}) {
        auto text = exchange.request().query.text(parameter);
        if (!text.empty() && text != "{}" && text != "0")
            throw NotImplemented("{} is not available for the build cache in this release of dhow",
                                 parameter);
    }
    auto pruned = co_await builder.prune();
    json::Object answer;
    json::Array caches;
    for (const auto& name : pruned.caches) caches.emplace_back(name);
    answer["CachesDeleted"] = std::move(caches);
    answer["SpaceReclaimed"] = pruned.space;
    co_await exchange.json_text(200, json::dump(answer));
}

}  // namespace dhow::api::build
