#include <charconv>
#include <cstdlib>
#include <optional>

#include "cli/template/tree.hpp"

namespace dhow::cli::tmpl {

std::string Command::source() const {
    std::string text;
    for (const auto& operand : operands) text.append(text.empty() ? "" : " ").append(operand.source);
    return text;
}

std::string Pipeline::source() const {
    std::string text;
    for (const auto& variable : variables) text.append(text.empty() ? "" : ", ").append(variable);
    if (!variables.empty()) text += assigns ? " = " : " := ";
    bool first = true;
    for (const auto& command : commands) {
        if (!std::exchange(first, false)) text += " | ";
        text += command.source();
    }
    return text;
}

namespace {

class Parser {
  public:
    Parser(std::string_view text, bool (*is_function)(std::string_view))
        : text_(text), tokens_(tokenize(text)), is_function_(is_function) {}

    std::vector<Node> run() {
        std::vector<Node> nodes;
        auto stopper = list(nodes, 0);
        if (!stopper.empty()) fail(fmt::format("unexpected {{{{{}}}}}", stopper));
        return nodes;
    }

  private:
    [[noreturn]] void fail(std::string_view what) const {
        throw TemplateError(fmt::format("template: :{}: {}", line_of(text_, peek().position), what));
    }

    const Token& peek() const { return tokens_[at_]; }
    const Token& next() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
    bool accept(TokenKind kind) {
        if (peek().kind != kind) return false;
        next();
        return true;
    }
    void skip_spaces() {
        while (accept(TokenKind::space)) {
        }
    }

    std::string describe(const Token& token) const {
        if (token.kind == TokenKind::end) return "EOF";
        if (token.kind == TokenKind::close) return "\"}}\"";
        if (token.kind == TokenKind::identifier) return "<" + token.value + ">";
        return "\"" + (token.source.empty() ? token.value : token.source) + "\"";
    }

    /// Reads nodes up to {{end}} or {{else}}, whose word it gives; the rest of an {{else}} is left to be
    /// read.
    std::string list(std::vector<Node>& nodes, int loops) {
        while (true) {
            const auto& token = peek();
            if (token.kind == TokenKind::end) return "";
            if (token.kind == TokenKind::text) {
                nodes.push_back({.kind = Node::Kind::text, .text = next().value});
                continue;
            }
            next();
            skip_spaces();
            auto stopper = action(nodes, loops);
            if (!stopper.empty()) return stopper;
        }
    }

    std::string action(std::vector<Node>& nodes, int loops) {
        const auto word = peek().kind == TokenKind::identifier ? peek().value : std::string();
        if (word == "end" || word == "else") {
            next();
            return word;
        }
        if (word == "if")
            nodes.push_back(branch(Node::Kind::conditional, loops));
        else if (word == "range")
            nodes.push_back(branch(Node::Kind::range, loops + 1));
        else if (word == "with")
            nodes.push_back(branch(Node::Kind::with, loops));
        else if (word == "break" || word == "continue")
            nodes.push_back(jump(word, loops));
        else if (word == "define" || word == "block" || word == "template")
            fail(fmt::format("{{{{{}}}}} has no use in a format: it is not supported", word));
        else {
            Node node{.kind = Node::Kind::action, .text = {}, .pipeline = pipeline("command")};
            close("command");
            nodes.push_back(std::move(node));
        }
        return "";
    }

    Node jump(const std::string& word, int loops) {
        if (loops == 0) fail(fmt::format("{{{{{}}}}} outside {{{{range}}}}", word));
        next();
        close(word);
        return {.kind = word == "break" ? Node::Kind::stop : Node::Kind::skip};
    }

    void close(std::string_view context) {
        skip_spaces();
        if (!accept(TokenKind::close)) fail(fmt::format("unexpected {} in {}", describe(peek()), context));
    }

    Node branch(Node::Kind kind, int loops) {
        auto word = next().value;
        auto mark = variables_.size();
        Node node{.kind = kind, .text = {}, .pipeline = pipeline(word)};
        close(word);
        auto stopper = list(node.body, loops);
        if (stopper == "else")
            read_else(node, kind, loops);
        else if (stopper == "end")
            close("end");
        else
            fail("unexpected EOF");
        variables_.resize(mark);
        return node;
    }

    /// {{else}}, or {{else if ...}} and {{else with ...}}, which share the outer {{end}}.
    void read_else(Node& node, Node::Kind kind, int loops) {
        skip_spaces();
        int outer_loops = kind == Node::Kind::range ? loops - 1 : loops;
        bool chained = peek().kind == TokenKind::identifier &&
                       ((peek().value == "if" && kind == Node::Kind::conditional) ||
                        (peek().value == "with" && kind == Node::Kind::with));
        if (chained) {
            node.otherwise.push_back(branch(kind, loops));
            return;
        }
        close("else");
        auto stopper = list(node.otherwise, outer_loops);
        if (stopper == "else") fail("expected end; found {{else}}");
        if (stopper != "end") fail("unexpected EOF");
        close("end");
    }

    std::unique_ptr<Pipeline> pipeline(std::string_view context) {
        auto result = std::make_unique<Pipeline>();
        skip_spaces();
        result->position = peek().position;
        declarations(*result, context);
        do {
            skip_spaces();
            result->commands.push_back(command(context));
            skip_spaces();
        } while (accept(TokenKind::pipe));
        for (const auto& variable : result->variables)
            if (!result->assigns) variables_.push_back(variable);
        return result;
    }

    /// `$x :=`, `$x =`, and of range `$i, $x :=`. Without one of them behind it a variable is an operand.
    void declarations(Pipeline& result, std::string_view context) {
        auto begin = at_;
        std::vector<std::string> names;
        while (peek().kind == TokenKind::variable) {
            names.push_back(next().value);
            skip_spaces();
            if (names.size() == 1 && context == "range" && accept(TokenKind::comma)) {
                skip_spaces();
                continue;
            }
            if (peek().kind != TokenKind::declare && peek().kind != TokenKind::assign) break;
            result.assigns = next().kind == TokenKind::assign;
            if (result.assigns)
                for (const auto& name : names) check_variable(name);
            result.variables = std::move(names);
            return;
        }
        at_ = begin;
    }

    Command command(std::string_view context) {
        Command result;
        result.position = peek().position;
        while (auto operand = read_operand()) {
            result.operands.push_back(std::move(*operand));
            if (!accept(TokenKind::space)) break;
            skip_spaces();
        }
        if (result.operands.empty()) {
            if (peek().kind == TokenKind::close) fail(fmt::format("missing value for {}", context));
            fail(fmt::format("unexpected {} in {}", describe(peek()), context));
        }
        const auto kind = peek().kind;
        if (kind != TokenKind::close && kind != TokenKind::pipe && kind != TokenKind::right &&
            kind != TokenKind::end)
            fail(fmt::format("unexpected {} in operand", describe(peek())));
        return result;
    }

    void check_variable(const std::string& name) const {
        if (name == "$") return;
        for (const auto& known : variables_)
            if (known == name) return;
        fail(fmt::format("undefined variable \"{}\"", name));
    }

    std::optional<Operand> read_operand() {
        const auto& token = peek();
        Operand operand;
        operand.position = token.position;
        operand.source = token.source.empty() ? token.value : token.source;
        switch (token.kind) {
            case TokenKind::dot:
                operand.kind = Operand::Kind::dot;
                break;
            case TokenKind::field:
                operand.kind = Operand::Kind::field;
                operand.fields.push_back(token.value);
                operand.source = "." + token.value;
                break;
            case TokenKind::variable:
                check_variable(token.value);
                operand.kind = Operand::Kind::variable;
                operand.name = token.value;
                break;
            case TokenKind::string:
                operand.kind = Operand::Kind::literal;
                operand.literal = Value(token.value);
                break;
            case TokenKind::number:
                operand.kind = Operand::Kind::literal;
                operand.literal = number(token);
                break;
            case TokenKind::identifier:
                identifier(token, operand);
                break;
            case TokenKind::left:
                return parenthesis();
            default:
                return std::nullopt;
        }
        next();
        read_fields(operand);
        return operand;
    }

    void identifier(const Token& token, Operand& operand) const {
        if (token.value == "true" || token.value == "false") {
            operand.kind = Operand::Kind::literal;
            operand.literal = Value(token.value == "true");
        } else if (token.value == "nil") {
            operand.kind = Operand::Kind::nil;
        } else {
            if (!is_function_(token.value)) fail(fmt::format("function \"{}\" not defined", token.value));
            operand.kind = Operand::Kind::function;
            operand.name = token.value;
        }
    }

    Operand parenthesis() {
        Operand operand;
        operand.kind = Operand::Kind::pipeline;
        operand.position = next().position;
        operand.pipeline = pipeline("parenthesized pipeline");
        skip_spaces();
        if (!accept(TokenKind::right))
            fail(fmt::format("unexpected {} in parenthesized pipeline", describe(peek())));
        operand.source = "(" + operand.pipeline->source() + ")";
        read_fields(operand);
        return operand;
    }

    void read_fields(Operand& operand) {
        if (peek().kind != TokenKind::field) return;
        if (operand.kind == Operand::Kind::literal || operand.kind == Operand::Kind::nil)
            fail(fmt::format("unexpected . after term \"{}\"", operand.source));
        // Go says where a chain of fields goes wrong by the place of its second one.
        operand.position = peek().position;
        while (peek().kind == TokenKind::field) {
            operand.source += "." + peek().value;
            operand.fields.push_back(next().value);
        }
    }

    Value number(const Token& token) const {
        std::string_view digits = token.value;
        if (digits.starts_with('+')) digits.remove_prefix(1);
        char* end = nullptr;
        std::string copy(digits);
        std::int64_t whole = 0;
        auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
        if (error == std::errc{} && stop == digits.data() + digits.size()) return Value(whole);
        if (copy.find_first_of("xX") != std::string::npos) {
            whole = std::strtoll(copy.c_str(), &end, 16);
            if (!*end) return Value(whole);
        }
        double real = std::strtod(copy.c_str(), &end);
        if (*end) fail(fmt::format("bad number syntax: \"{}\"", token.value));
        return Value(real);
    }

    std::string_view text_;
    std::vector<Token> tokens_;
    bool (*is_function_)(std::string_view);
    std::size_t at_ = 0;
    std::vector<std::string> variables_;
};

}  // namespace

std::vector<Node> parse_tree(std::string_view text, bool (*is_function)(std::string_view)) {
    return Parser(text, is_function).run();
}

}  // namespace dhow::cli::tmpl
