#include "registry/challenge.hpp"

#include <optional>

#include "base/text.hpp"

namespace dhow::registry {

namespace {

/// A cursor over the header.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    void skip(std::string_view characters) {
        auto begin = rest_.find_first_not_of(characters);
        rest_ = begin == rest_.npos ? std::string_view() : rest_.substr(begin);
    }
    bool done() const { return rest_.empty(); }
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::string_view token() {
        auto end = rest_.find_first_of(" \t,;=\"");
        auto token = rest_.substr(0, end);
        rest_.remove_prefix(token.size());
        return token;
    }
    /// After the opening quote. None when it is not closed.
    std::optional<std::string> quoted() {
        std::string text;
        while (!rest_.empty()) {
            if (take('"')) return text;
            if (rest_.front() == '\\') rest_.remove_prefix(1);
            if (rest_.empty()) break;
            text += rest_.front();
            rest_.remove_prefix(1);
        }
        return std::nullopt;
    }

  private:
    std::string_view rest_;
};

}  // namespace

std::string Challenge::get(const std::string& name) const {
    auto found = parameters.find(name);
    return found == parameters.end() ? "" : found->second;
}

std::vector<Challenge> parse_challenges(std::string_view header) {
    std::vector<Challenge> challenges;
    Reader reader(header);
    for (reader.skip(" \t,"); !reader.done(); reader.skip(" \t,")) {
        auto word = lower(reader.token());
        if (word.empty()) break;
        reader.skip(" \t");
        if (!reader.take('=')) {
            challenges.push_back({word, {}});
            continue;
        }
        if (challenges.empty()) break;
        // The padding of a token68, as Negotiate has it, is no parameter.
        if (reader.take('=')) continue;
        reader.skip(" \t");
        if (!reader.take('"')) {
            challenges.back().parameters.emplace(word, reader.token());
            continue;
        }
        auto text = reader.quoted();
        if (!text) break;
        challenges.back().parameters.emplace(word, *text);
    }
    return challenges;
}

}  // namespace dhow::registry
