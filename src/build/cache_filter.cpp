#include <algorithm>
#include <array>
#include <regex>

#include "base/error.hpp"
#include "build/usage.hpp"

namespace dhow::build {

namespace {

constexpr std::array<std::string_view, 6> flags{"inuse", "mutable", "immutable", "shared", "private", "type"};

/// What a record says of a field; "" for a flag that is not set.
std::string field_of(const CacheRecord& record, const std::string& field) {
    auto flag = [](bool set) { return set ? std::string("true") : std::string(); };
    if (field == "id") return record.id;
    if (field == "parent" || field == "parents") return record.parent;
    if (field == "description") return record.description;
    if (field == "type") return kind_name(record.kind);
    if (field == "inuse") return flag(record.in_use);
    if (field == "mutable") return flag(record.kind != CacheRecord::Kind::step);
    if (field == "immutable") return flag(record.kind == CacheRecord::Kind::step);
    if (field == "shared") return flag(record.shared);
    if (field == "private") return flag(!record.shared);
    throw NotImplemented("the filter {} is not available for the build cache in this release of dhow", field);
}

}  // namespace

std::string kind_name(CacheRecord::Kind kind) {
    switch (kind) {
        case CacheRecord::Kind::mount:
            return "exec.cachemount";
        case CacheRecord::Kind::context:
            return "source.local";
        default:
            return "regular";
    }
}

std::vector<CacheFilter::Condition> CacheFilter::read(const std::string& text) {
    std::vector<Condition> conditions;
    for (std::size_t at = 0; at < text.size();) {
        auto end = std::min(text.find(',', at), text.size());
        auto part = text.substr(at, end - at);
        at = end + 1;
        Condition condition;
        auto sign = part.find_first_of("=~!");
        condition.field = part.substr(0, sign);
        field_of(CacheRecord(), condition.field);  // it is known
        if (sign != part.npos) {
            auto length =
                part.size() > sign + 1 && (part[sign + 1] == '=' || part[sign + 1] == '~') ? 2U : 1U;
            condition.compare = part.substr(sign, length);
            condition.value = part.substr(sign + length);
            if (condition.value.size() > 1 && condition.value.front() == '"' && condition.value.back() == '"')
                condition.value = condition.value.substr(1, condition.value.size() - 2);
        } else if (std::ranges::find(flags, condition.field) == flags.end()) {
            throw InvalidArgument("the filter {} needs a value", part);
        }
        constexpr std::size_t longest = 256;  // std::regex recurses
        if (condition.value.size() > longest) throw InvalidArgument("the filter {} is too long", part);
        conditions.push_back(std::move(condition));
    }
    return conditions;
}

CacheFilter CacheFilter::parse(const std::vector<std::string>& texts) {
    CacheFilter filter;
    for (const auto& text : texts)
        if (!text.empty()) filter.any_.push_back(read(text));
    return filter;
}

bool CacheFilter::holds(const Condition& condition, const CacheRecord& record) {
    auto value = field_of(record, condition.field);
    if (condition.compare.empty()) return !value.empty();
    if (condition.compare == "=" || condition.compare == "==") return value == condition.value;
    if (condition.compare == "!=") return value != condition.value;
    if (condition.compare != "~=") throw InvalidArgument("a filter compares by ==, != or ~=");
    try {
        return std::regex_search(value, std::regex(condition.value));
    } catch (const std::regex_error&) {
        throw InvalidArgument("the filter {}~={} is no regular expression", condition.field, condition.value);
    }
}

bool CacheFilter::fits(const CacheRecord& record) const {
    if (any_.empty()) return true;
    return std::ranges::any_of(any_, [&](const auto& all) {
        return std::ranges::all_of(all, [&](const auto& one) { return holds(one, record); });
    });
}

}  // namespace dhow::build
