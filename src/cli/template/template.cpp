#include "cli/template/template.hpp"

#include <algorithm>

#include "cli/template/functions.hpp"

namespace dhow::cli::tmpl {

namespace {

std::string escape_html(std::string_view document) {
    std::string escaped;
    for (char c : document) {
        if (c == '<')
            escaped += "\\u003c";
        else if (c == '>')
            escaped += "\\u003e";
        else if (c == '&')
            escaped += "\\u0026";
        else
            escaped += c;
    }
    return escaped;
}

bool reshapes_field(std::string_view function) {
    for (auto name : {"json", "lower", "upper", "title", "split", "join", "truncate"})
        if (function == name) return true;
    return false;
}

/// Runs a template once: the data, the variables in scope, and what was printed.
class Evaluator {
  public:
    Evaluator(std::string_view text, const Data& data, std::string& out)
        : text_(text), data_(data), out_(out) {
        variables_.push_back({"$", data.root});
    }

    enum class Flow : std::uint8_t { normal, stop, skip };

    Flow walk(const std::vector<Node>& nodes, const Value& dot) {
        for (const auto& node : nodes)
            if (auto flow = walk(node, dot); flow != Flow::normal) return flow;
        return Flow::normal;
    }

  private:
    struct Variable {
        std::string name;
        Value value;
    };

    [[noreturn]] void fail(std::size_t position, std::string_view source, std::string_view what) const {
        auto line_start = text_.substr(0, position).rfind('\n');
        auto column = line_start == std::string_view::npos ? position : position - line_start - 1;
        throw TemplateError(fmt::format("template: :{}:{}: executing \"\" at <{}>: {}",
                                        line_of(text_, position), column, source, what));
    }

    Flow walk(const Node& node, const Value& dot) {
        switch (node.kind) {
            case Node::Kind::text:
                out_ += node.text;
                return Flow::normal;
            case Node::Kind::stop:
                return Flow::stop;
            case Node::Kind::skip:
                return Flow::skip;
            case Node::Kind::action: {
                missing_ = false;
                auto value = evaluate(*node.pipeline, dot);
                if (node.pipeline->variables.empty()) out_ += missing_ ? "<no value>" : to_text(value);
                return Flow::normal;
            }
            case Node::Kind::range:
                return walk_range(node, dot);
            case Node::Kind::conditional:
            case Node::Kind::with:
                break;
        }
        auto mark = variables_.size();
        auto value = evaluate(*node.pipeline, dot);
        bool with = node.kind == Node::Kind::with;
        auto flow = is_true(value) ? walk(node.body, with ? value : dot) : walk(node.otherwise, dot);
        variables_.resize(mark);
        return flow;
    }

    Flow walk_range(const Node& node, const Value& dot) {
        auto mark = variables_.size();
        auto value = evaluate(*node.pipeline, dot);
        variables_.resize(mark);
        auto elements = elements_of(value, *node.pipeline);
        if (elements.empty()) return walk(node.otherwise, dot);
        for (const auto& [key, element] : elements) {
            const auto& names = node.pipeline->variables;
            if (names.size() == 1) set(names[0], element, node.pipeline->assigns);
            if (names.size() == 2) {
                set(names[0], key, node.pipeline->assigns);
                set(names[1], element, node.pipeline->assigns);
            }
            auto flow = walk(node.body, element);
            variables_.resize(mark);
            if (flow == Flow::stop) break;
        }
        return Flow::normal;
    }

    std::vector<std::pair<Value, Value>> elements_of(const Value& value, const Pipeline& pipeline) const {
        std::vector<std::pair<Value, Value>> elements;
        if (const auto* array = value.if_array()) {
            for (const auto& element : *array)
                elements.emplace_back(static_cast<std::int64_t>(elements.size()), element);
        } else if (const auto* object = value.if_object()) {
            for (auto key : sorted_keys(*object)) elements.emplace_back(key, object->at(key));
        } else if (value.is_int64()) {
            for (std::int64_t i = 0; i < std::min<std::int64_t>(value.get_int64(), 1000000); ++i)
                elements.emplace_back(i, i);
        } else if (!value.is_null()) {
            fail(pipeline.position, pipeline.source(),
                 fmt::format("range can't iterate over {}", to_text(value)));
        }
        return elements;
    }

    void set(const std::string& name, const Value& value, bool assigns) {
        if (assigns) {
            auto known = std::find_if(variables_.rbegin(), variables_.rend(),
                                      [&](const auto& v) { return v.name == name; });
            if (known != variables_.rend()) known->value = value;
            return;
        }
        variables_.push_back({name, value});
    }

    Value evaluate(const Pipeline& pipeline, const Value& dot) {
        Value value;
        bool piped = false;
        for (std::size_t i = 0; i < pipeline.commands.size(); ++i) {
            keeps_null_ = i + 1 < pipeline.commands.size() && is_json(pipeline.commands[i + 1]);
            value = evaluate(pipeline.commands[i], dot, piped ? &value : nullptr);
            piped = true;
        }
        keeps_null_ = false;
        if (pipeline.variables.size() == 1) set(pipeline.variables[0], value, pipeline.assigns);
        return value;
    }

    Value evaluate(const Command& command, const Value& dot, const Value* piped) {
        const auto& head = command.operands[0];
        if (head.kind == Operand::Kind::function) return call(command, dot, piped);
        bool has_arguments = command.operands.size() > 1 || piped;
        if (has_arguments && head.kind == Operand::Kind::field && head.fields.size() == 1) {
            auto arguments = arguments_of(command, dot, piped);
            if (auto result = data_.method ? data_.method(head.fields[0], arguments) : std::nullopt)
                return *result;
        }
        if (head.kind == Operand::Kind::nil) fail(head.position, "nil", "nil is not a command");
        if (has_arguments) {
            bool field = !head.fields.empty();
            if (field) evaluate(head, dot);
            fail(head.position, head.source,
                 field ? fmt::format("{} is not a method but has arguments", head.fields.back())
                       : fmt::format("can't give argument to non-function {}", head.source));
        }
        return evaluate(head, dot);
    }

    std::vector<Value> arguments_of(const Command& command, const Value& dot, const Value* piped) {
        std::vector<Value> arguments;
        for (std::size_t i = 1; i < command.operands.size(); ++i)
            arguments.push_back(evaluate(command.operands[i], dot));
        if (piped) arguments.push_back(*piped);
        return arguments;
    }

    /// The json of Go's nil list is null, though it prints as "[]".
    static bool is_json(const Command& command) {
        return command.operands[0].kind == Operand::Kind::function && command.operands[0].name == "json";
    }

    Value call(const Command& command, const Value& dot, const Value* piped) {
        const auto& name = command.operands[0].name;
        if (name == "and" || name == "or") return call_logic(command, dot, piped);
        keeps_null_ = is_json(command);
        auto arguments = arguments_of(command, dot, piped);
        keeps_null_ = false;
        if (data_.is_heading && !arguments.empty() && reshapes_field(name)) return arguments[0];
        missing_ = false;
        try {
            auto result = call_function(name, arguments);
            if (data_.escapes_html && name == "json" && arguments[0].is_object())
                return Value(escape_html(result.get_string()));
            return result;
        } catch (const WrongArgument& error) {
            if (error.index() + 1 >= command.operands.size())
                fail(command.position, command.source(), error.message());
            const auto& operand = command.operands[error.index() + 1];
            bool literal = operand.kind == Operand::Kind::literal;
            fail(operand.position, operand.source,
                 literal ? error.about_literal(operand.source) : error.message());
        } catch (const WrongCall& error) {
            fail(command.operands[0].position, name, error.message());
        } catch (const InvalidArgument& error) {
            fail(command.position, command.source(),
                 fmt::format("error calling {}: {}", name, error.message()));
        }
    }

    Value call_logic(const Command& command, const Value& dot, const Value* piped) {
        const auto& name = command.operands[0].name;
        Value value;
        auto count = command.operands.size() - 1 + (piped ? 1 : 0);
        if (count == 0)
            fail(command.position, name,
                 fmt::format("wrong number of args for {}: want at least 1 got 0", name));
        for (std::size_t i = 1; i <= count; ++i) {
            value = i < command.operands.size() ? evaluate(command.operands[i], dot) : *piped;
            if (is_true(value) == (name == "or")) return value;
        }
        return value;
    }

    Value evaluate(const Operand& operand, const Value& dot) {
        switch (operand.kind) {
            case Operand::Kind::literal:
                return operand.literal;
            case Operand::Kind::nil:
                return nullptr;
            case Operand::Kind::dot:
                return dot;
            case Operand::Kind::field:
                return fields(operand, dot, &dot == &data_.root);
            case Operand::Kind::pipeline:
                return fields(operand, evaluate(*operand.pipeline, dot), false);
            case Operand::Kind::function: {
                Command command;
                command.position = operand.position;
                Operand head;
                head.kind = Operand::Kind::function;
                head.name = head.source = operand.name;
                head.position = operand.position;
                command.operands.push_back(std::move(head));
                return fields(operand, call(command, dot, nullptr), false);
            }
            case Operand::Kind::variable:
                break;
        }
        for (auto known = variables_.rbegin(); known != variables_.rend(); ++known)
            if (known->name == operand.name) return fields(operand, known->value, operand.name == "$");
        fail(operand.position, operand.source, fmt::format("undefined variable: {}", operand.name));
    }

    /// Walks without copying: a document may be large, and what is asked for is mostly a leaf.
    Value fields(const Operand& operand, const Value& start, bool at_root) {
        const Value* current = &start;
        Value computed;
        for (const auto& name : operand.fields) {
            if (const auto* found = member(operand, *current, name)) {
                current = found;
            } else {
                computed = absent(operand, *current, name, at_root);
                current = &computed;
            }
            at_root = false;
        }
        return *current;
    }

    /// The member itself, or null when it must be computed or is not there.
    const Value* member(const Operand& operand, const Value& value, const std::string& name) {
        if (const auto* object = value.if_object()) {
            const auto* found = find_key(*object, name);
            if (found) missing_ = false;
            return found && found->is_null() ? or_zero(found, name) : found;
        }
        if (value.is_null()) {
            if (missing_) return nullptr;
            fail(operand.position, operand.source,
                 fmt::format("nil pointer evaluating interface {{}}.{}", name));
        }
        auto type = data_.type.empty() ? std::string_view("interface {}") : type_name(value);
        fail(operand.position, operand.source, fmt::format("can't evaluate field {} in type {}", name, type));
    }

    const Value* or_zero(const Value* null, const std::string& name) const {
        const auto* zero = data_.zero && !keeps_null_ ? data_.zero(name) : nullptr;
        return zero ? zero : null;
    }

    /// A field of Go's struct may be spelt in another case than its JSON: ID and Id.
    static const Value* find_key(const Object& object, std::string_view name) {
        if (const auto* exact = object.if_contains(name)) return exact;
        auto same = [](char a, char b) { return (a | 32) == (b | 32); };
        for (const auto& [key, value] : object)
            if (std::ranges::equal(std::string_view(key), name, same)) return &value;
        return nullptr;
    }

    Value absent(const Operand& operand, const Value& value, const std::string& name, bool at_root) {
        if (value.is_null()) return nullptr;
        if (at_root && data_.method)
            if (auto result = data_.method(name, {})) return *result;
        if (const auto* zero = data_.zero ? data_.zero(name) : nullptr) return *zero;
        if (at_root && !data_.type.empty())
            fail(operand.position, operand.source,
                 fmt::format("can't evaluate field {} in type {}", name, data_.type));
        // What is no struct is a map with keys of its own, in which nothing need be there.
        bool is_map = !at_root && !is_struct(value.get_object());
        if (!data_.missing_is_no_value && !is_map)
            fail(operand.position, operand.source, fmt::format("map has no entry for key \"{}\"", name));
        missing_ = true;
        return nullptr;
    }

    std::string_view text_;
    const Data& data_;
    std::string& out_;
    std::vector<Variable> variables_;
    bool missing_ = false;
    bool keeps_null_ = false;
};

bool mentions_field(const std::vector<Node>& nodes, std::string_view field);

bool mentions_field(const Pipeline& pipeline, std::string_view field) {
    for (const auto& command : pipeline.commands)
        for (const auto& operand : command.operands) {
            // `json .` shows all there is.
            if (operand.kind == Operand::Kind::dot && command.operands[0].name == "json") return true;
            if (!operand.fields.empty() && operand.fields[0] == field) return true;
            if (operand.pipeline && mentions_field(*operand.pipeline, field)) return true;
        }
    return false;
}

bool mentions_field(const std::vector<Node>& nodes, std::string_view field) {
    return std::ranges::any_of(nodes, [&](const Node& node) {
        return (node.pipeline && mentions_field(*node.pipeline, field)) || mentions_field(node.body, field) ||
               mentions_field(node.otherwise, field);
    });
}

}  // namespace

Template::Template(std::string_view text) : text_(text), nodes_(parse_tree(text_, is_function)) {}

void Template::run(const Data& data, std::string& out) const {
    Evaluator(text_, data, out).walk(nodes_, data.root);
}

bool Template::mentions(std::string_view field) const { return mentions_field(nodes_, field); }

}  // namespace dhow::cli::tmpl
