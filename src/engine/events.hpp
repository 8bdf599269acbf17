#pragma once
// The daemon's events: published by the engine alone, kept for a while, followed by clients.

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async/sync.hpp"
#include "engine/model/event.hpp"
#include "engine/model/filters.hpp"

namespace dhow::engine {

struct EventsQuery {
    std::optional<Timestamp> since;  ///< events kept from then on come first
    std::optional<Timestamp> until;  ///< the stream ends there
    Filters filters;                 ///< type, event, container, image, volume, network, daemon, label, scope
};

/// Whether an event passes the filters of `docker events`.
bool event_matches(const Event& event, const Filters& filters);

/// One client's view of the events. Lives on the loop thread.
class EventStream {
  public:
    EventStream(asio::any_io_executor executor, EventsQuery query)
        : query_(std::move(query)), arrived_(std::move(executor)) {}

    /// The next event; none when the stream is over (its `until` passed, or close()).
    Task<std::optional<Event>> next();

    /// Ends the stream: a pending next() gives none. For a client that went away.
    void close();

  private:
    friend class Events;
    void offer(const Event& event);

    EventsQuery query_;
    std::deque<Event> waiting_;
    TimedSignal arrived_;
    bool closed_ = false;
};

class Events {
  public:
    /// How many events are kept for `since`.
    static constexpr std::size_t history_size = 256;

    explicit Events(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// Stamps the event when it has no time, keeps it, and hands it to every stream.
    void publish(Event event);
    void publish(std::string type, std::string action, std::string id,
                 std::map<std::string, std::string> attributes);

    /// @throws InvalidArgument for a filter that events do not have, or since after until.
    std::shared_ptr<EventStream> subscribe(EventsQuery query);

    std::size_t listeners() const;

  private:
    asio::any_io_executor executor_;
    std::deque<Event> history_;
    std::list<std::weak_ptr<EventStream>> streams_;
};

}  // namespace dhow::engine
