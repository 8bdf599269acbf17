#include "network/firewall.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "base/error.hpp"

namespace dhow::network {

namespace {

std::string_view trimmed(std::string_view text) {
    auto begin = text.find_first_not_of(" \t\n");
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

/// A listing of nft taken apart: elements by set, and the rest of the text.
struct Listing {
    FirewallElements elements;
    std::string rules;
};

Listing parse_listing(std::string_view text) {
    Listing listing;
    std::string name;
    while (!text.empty()) {
        auto end = std::min(text.find('\n'), text.size() - 1);
        auto line = trimmed(text.substr(0, end));
        if (line.starts_with("set ") || line.starts_with("map "))
            name = std::string(line.substr(4, line.find(' ', 4) - 4));
        if (!line.starts_with("elements = {")) {
            listing.rules.append(line).push_back('\n');
            text.remove_prefix(end + 1);
            continue;
        }
        auto open = text.find('{');
        auto close = text.find('}', open);
        if (close == text.npos) break;
        for (auto part : std::views::split(text.substr(open + 1, close - open - 1), ','))
            listing.elements[name].emplace(trimmed(std::string_view(part.begin(), part.end())));
        text.remove_prefix(std::min(close + 2, text.size()));
    }
    return listing;
}

void erase(FirewallElements& from, const FirewallElements& elements) {
    for (const auto& [name, list] : elements) {
        auto found = from.find(name);
        if (found == from.end()) continue;
        for (const auto& element : list) found->second.erase(element);
    }
}

void insert(FirewallElements& into, const FirewallElements& elements) {
    for (const auto& [name, list] : elements) into[name].insert(list.begin(), list.end());
}

}  // namespace

Firewall::Firewall(std::string table) : table_(std::move(table)) {}

linux::nft::Context& Firewall::context() {
    if (!context_) context_.emplace();
    return *context_;
}

std::string Firewall::commands(std::string_view verb, const FirewallElements& elements) const {
    std::string text;
    for (const auto& [name, list] : elements)
        if (!list.empty())
            text +=
                fmt::format("{} element inet {} {} {{ {} }}\n", verb, table_, name, fmt::join(list, ", "));
    return text;
}

void Firewall::replace() {
    // "add" first, so that the deletion has something to delete.
    context().run(fmt::format("add table inet {0}\ndelete table inet {0}\n{1}{2}", table_,
                              firewall_rules(table_), commands("add", wanted_)));
    made_ = true;
    rules_ = parse_listing(context().query("list table inet " + table_)).rules;
}

void Firewall::add(const FirewallElements& elements) {
    std::scoped_lock lock(mutex_);
    auto before = made_ ? FirewallElements{} : wanted_;
    insert(wanted_, elements);
    try {
        if (made_) {
            try {
                context().run(commands("add", elements));
                return;
            } catch (const InternalError&) {
                // Somebody took the table away, or changed it: then all of it is written anew.
            }
        }
        replace();
    } catch (...) {
        erase(wanted_, elements);
        insert(wanted_, before);
        throw;
    }
}

void Firewall::remove(const FirewallElements& elements) noexcept {
    std::scoped_lock lock(mutex_);
    erase(wanted_, elements);
    if (!made_) return;
    try {
        context().run(commands("delete", elements));
    } catch (const Error&) {
        // One of them is missing, so none was deleted; the table as a whole can still be set right.
        try {
            replace();
        } catch (const Error&) {
            made_ = false;
        }
    }
}

void Firewall::want(const FirewallElements& elements) {
    std::scoped_lock lock(mutex_);
    insert(wanted_, elements);
}

bool Firewall::wants_nothing() const {
    return std::ranges::all_of(wanted_, [](const auto& list) { return list.second.empty(); });
}

std::vector<std::string> Firewall::compare_with_kernel() {
    Listing present;
    try {
        present = parse_listing(context().query("list table inet " + table_));
    } catch (const InternalError&) {
        return {fmt::format("+ table inet {}", table_)};
    }
    std::vector<std::string> result;
    if (made_ && present.rules != rules_)
        result.push_back(fmt::format("~ the rules of table inet {}", table_));
    auto compare = [&](char sign, const FirewallElements& left, const FirewallElements& right) {
        for (const auto& [name, list] : left)
            for (const auto& element : list)
                if (auto other = right.find(name); other == right.end() || !other->second.contains(element))
                    result.push_back(fmt::format("{} {} {}", sign, name, element));
    };
    compare('+', wanted_, present.elements);
    compare('-', present.elements, wanted_);
    return result;
}

std::vector<std::string> Firewall::differences() {
    std::scoped_lock lock(mutex_);
    if (!made_ && wants_nothing()) return {};
    return compare_with_kernel();
}

std::vector<std::string> Firewall::reconcile() {
    std::scoped_lock lock(mutex_);
    auto result = compare_with_kernel();
    const bool no_table = result.size() == 1 && result.front().starts_with("+ table");
    if (no_table && wants_nothing()) return {};
    // Even without a difference: the rules may be those of an older version.
    replace();
    return result;
}

void Firewall::repair() {
    std::scoped_lock lock(mutex_);
    replace();
}

}  // namespace dhow::network
