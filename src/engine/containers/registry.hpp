#pragma once
// All containers of the daemon, by id and by name.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/containers/live.hpp"

namespace dhow::engine {

class Registry {
  public:
    /// By id, name (a leading slash is fine) or unique beginning of an id.
    /// @throws NotFound "No such container: x"; InvalidArgument for the beginning of several ids.
    LivePtr get(std::string_view name) const;
    /// The same, or null.
    LivePtr find(std::string_view name) const;
    LivePtr find_id(const std::string& id) const;

    /// @throws InvalidArgument for a malformed name, Conflict (docker's text) for one that is taken.
    void require_free(std::string_view name) const;

    /// Takes a free name for a container that is being made. add() or release() follows.
    void reserve(const std::string& name, const std::string& id) { ids_by_name_.emplace(name, id); }
    void release(const std::string& name) { ids_by_name_.erase(name); }
    bool is_free(const std::string& name) const { return !ids_by_name_.contains(name); }

    /// Takes a container in under its record's id and name, which must be free or reserved for it.
    void add(LivePtr container);
    void rename(Live& container, std::string name);
    /// Forgets it; its name is free again.
    void remove(const Live& container);

    const std::map<std::string, LivePtr>& all() const { return by_id_; }

  private:
    std::map<std::string, LivePtr> by_id_;
    std::map<std::string, std::string, std::less<>> ids_by_name_;
};

/// Whether the name is [a-zA-Z0-9][a-zA-Z0-9_.-]+ as docker wants it.
bool valid_name(std::string_view name);

/// "adjective_surname", with a digit after it from the second attempt on.
std::string generate_name(int attempt);

}  // namespace dhow::engine
