#include "linux/seccomp_shrink.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>

#include <linux/seccomp.h>

namespace dhow::linux {

namespace {

constexpr std::uint16_t load = BPF_LD | BPF_W | BPF_ABS;
constexpr std::uint16_t give = BPF_RET | BPF_K;
constexpr std::uint32_t number_offset = offsetof(seccomp_data, nr);
constexpr std::uint32_t architecture_offset = offsetof(seccomp_data, arch);
constexpr std::size_t longest_jump = 255;  // sock_filter's jt and jf are bytes

/// The program does something that this file does not follow.
struct NotUnderstood {};

/// What becomes of one call as far as its number tells: an action, or the place where arguments are looked
/// at.
struct Decision {
    bool decided = false;
    std::uint32_t action = 0;
    std::size_t place = 0;

    auto operator<=>(const Decision&) const = default;
};

/// From `first` up to the next range's first.
struct Range {
    std::uint32_t first;
    Decision decision;
};

bool holds(std::uint16_t code, std::uint32_t value, std::uint32_t constant) {
    switch (code) {
        case BPF_JMP | BPF_JEQ | BPF_K:
            return value == constant;
        case BPF_JMP | BPF_JGE | BPF_K:
            return value >= constant;
        case BPF_JMP | BPF_JGT | BPF_K:
            return value > constant;
        default:
            throw NotUnderstood();
    }
}

/// Follows a program for one architecture and number.
class Reader {
  public:
    explicit Reader(const SeccompProgram& program) : program_(program) {}

    Decision decide(std::uint32_t architecture, std::uint32_t number) {
        std::uint32_t offset = number_offset, value = 0;
        for (std::size_t at = 0; at < program_.size();) {
            const auto& step = program_[at];
            if (step.code == load) {
                if (step.k != number_offset && step.k != architecture_offset) return {false, 0, at};
                offset = step.k;
                value = offset == number_offset ? number : architecture;
                ++at;
            } else if (step.code == give) {
                return {true, step.k, 0};
            } else if (step.code == (BPF_JMP | BPF_JA)) {
                at += 1 + step.k;
            } else {
                note(offset, step);
                at += 1 + (holds(step.code, value, step.k) ? step.jt : step.jf);
            }
        }
        throw NotUnderstood();
    }

    /// Seen so far: architectures, and numbers at which a decision may change.
    const std::set<std::uint32_t>& architectures() const { return architectures_; }
    const std::set<std::uint32_t>& edges() const { return edges_; }

  private:
    void note(std::uint32_t offset, const sock_filter& step) {
        if (offset == architecture_offset) {
            if (step.code != (BPF_JMP | BPF_JEQ | BPF_K)) throw NotUnderstood();
            architectures_.insert(step.k);
            return;
        }
        edges_.insert(step.k);
        if (step.k != ~0U) edges_.insert(step.k + 1);
    }

    const SeccompProgram& program_;
    std::set<std::uint32_t> architectures_;
    std::set<std::uint32_t> edges_{0};
};

/// Every edge that can be met is found by following the edges found before.
std::vector<Range> ranges_of(const SeccompProgram& program, std::uint32_t architecture) {
    Reader reader(program);
    std::set<std::uint32_t> followed;
    for (std::size_t before = 0; before != reader.edges().size();) {
        before = reader.edges().size();
        for (auto edge : std::set(reader.edges()))
            if (followed.insert(edge).second) reader.decide(architecture, edge);
    }
    std::vector<Range> ranges;
    for (auto edge : reader.edges()) {
        auto decision = reader.decide(architecture, edge);
        if (ranges.empty() || ranges.back().decision != decision) ranges.push_back({edge, decision});
    }
    return ranges;
}

/// Writes a program from its end, since all jumps go forward. A place is the number of instructions from
/// there to the end.
class Writer {
  public:
    explicit Writer(const SeccompProgram& from) : from_(from) {}

    std::size_t place() const { return reversed_.size(); }

    /// A jump to `target`, unless that is what follows anyway.
    std::size_t go_to(std::size_t target) {
        if (target == place()) return target;
        return put(BPF_STMT(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(place() - target)));
    }

    std::size_t put(sock_filter step) {
        reversed_.push_back(step);
        return place();
    }

    std::size_t compare(std::uint16_t operation, std::uint32_t constant, std::size_t yes, std::size_t no) {
        if (place() + 1 - yes > longest_jump) yes = go_to(yes);
        if (place() - no > longest_jump) no = go_to(no);
        return put({static_cast<std::uint16_t>(BPF_JMP | operation | BPF_K),
                    static_cast<std::uint8_t>(place() - yes), static_cast<std::uint8_t>(place() - no),
                    constant});
    }

    /// Copies what the program does from these places on.
    void copy(const std::set<std::size_t>& places) {
        std::set<std::size_t> reached, waiting = places;
        while (!waiting.empty()) {
            auto at = *waiting.begin();
            waiting.erase(waiting.begin());
            if (!reached.insert(at).second) continue;
            for (auto next : following(at)) waiting.insert(next);
        }
        for (auto at = reached.rbegin(); at != reached.rend(); ++at) copy_step(*at);
    }

    /// Where a decision is carried out; `returns` are those of the tree at hand.
    std::size_t place_of(const Decision& decision, std::map<std::uint32_t, std::size_t>& returns) {
        if (!decision.decided) return copies_.at(decision.place);
        auto found = returns.find(decision.action);
        if (found == returns.end())
            found = returns.emplace(decision.action, put(BPF_STMT(give, decision.action))).first;
        return found->second;
    }

    SeccompProgram finish() { return {reversed_.rbegin(), reversed_.rend()}; }

  private:
    std::vector<std::size_t> following(std::size_t at) const {
        const auto& step = from_.at(at);
        if (BPF_CLASS(step.code) == BPF_RET) return {};
        if (BPF_CLASS(step.code) != BPF_JMP) return {at + 1};
        if (step.code == (BPF_JMP | BPF_JA)) return {at + 1 + step.k};
        return {at + 1 + step.jt, at + 1 + step.jf};
    }

    void copy_step(std::size_t at) {
        auto step = from_[at];
        auto next = following(at);
        auto distance = [&](std::size_t target) { return place() - copies_.at(target); };
        if (step.code == (BPF_JMP | BPF_JA)) {
            step.k = static_cast<std::uint32_t>(distance(next[0]));
        } else if (BPF_CLASS(step.code) == BPF_JMP) {
            step.jt = static_cast<std::uint8_t>(distance(next[0]));
            step.jf = static_cast<std::uint8_t>(distance(next[1]));
        }
        copies_[at] = put(step);
    }

    const SeccompProgram& from_;
    SeccompProgram reversed_;
    std::map<std::size_t, std::size_t> copies_;
};

/// The search for a number among ranges.
std::size_t write_search(Writer& writer, const Range* first, const Range* last,
                         std::map<std::uint32_t, std::size_t>& returns) {
    if (last - first == 1) return writer.place_of(first->decision, returns);
    const auto* middle = first + (last - first) / 2;
    auto no_less = write_search(writer, middle, last, returns);
    auto less = write_search(writer, first, middle, returns);
    return writer.compare(BPF_JGE, middle->first, no_less, less);
}

std::size_t write_architecture(Writer& writer, const std::vector<Range>& ranges) {
    std::map<std::uint32_t, std::size_t> returns;
    // Before the search, so that the search's own jumps are short.
    for (const auto& range : ranges) writer.place_of(range.decision, returns);
    auto search = write_search(writer, ranges.data(), ranges.data() + ranges.size(), returns);
    if (ranges.size() == 1) return search;
    writer.go_to(search);
    return writer.put(BPF_STMT(load, number_offset));
}

SeccompProgram rewrite(const SeccompProgram& program) {
    constexpr std::uint32_t no_architecture = 0;
    Reader reader(program);
    reader.decide(no_architecture, 0);
    std::map<std::uint32_t, std::vector<Range>> known;
    for (auto architecture : reader.architectures()) known[architecture] = ranges_of(program, architecture);
    auto other = ranges_of(program, no_architecture);

    std::set<std::size_t> places;
    for (const auto& [architecture, ranges] : known)
        for (const auto& range : ranges)
            if (!range.decision.decided) places.insert(range.decision.place);
    for (const auto& range : other)
        if (!range.decision.decided) throw NotUnderstood();

    Writer writer(program);
    writer.copy(places);
    auto otherwise = write_architecture(writer, other);
    std::vector<std::pair<std::uint32_t, std::size_t>> blocks;
    for (const auto& [architecture, ranges] : known)
        blocks.emplace_back(architecture, write_architecture(writer, ranges));
    for (const auto& [architecture, block] : blocks)
        otherwise = writer.compare(BPF_JEQ, architecture, block, otherwise);
    writer.go_to(otherwise);
    writer.put(BPF_STMT(load, architecture_offset));
    return writer.finish();
}

}  // namespace

SeccompProgram shrink_seccomp(const SeccompProgram& program) {
    try {
        auto smaller = rewrite(program);
        return smaller.size() < program.size() ? smaller : program;
    } catch (const NotUnderstood&) {
        return program;
    }
}

}  // namespace dhow::linux
