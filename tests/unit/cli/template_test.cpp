#include "cli/template/template.hpp"

#include <gtest/gtest.h>

#include "cli/format/listing.hpp"
#include "golden.hpp"

namespace dhow::cli {
namespace {

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

TEST(Template, PrintsWhatDockerPrints) {
    auto document = json::parse(read_text("container.json"));
    auto cases = read_golden("template_golden.txt");
    ASSERT_GT(cases.size(), 100U);
    for (const auto& [given, expected, is_error] : cases) {
        std::string printed;
        bool failed = false;
        try {
            printed = format_document(replace_all(given, "\\n", "\n"), document);
            printed.pop_back();
        } catch (const Error& error) {
            printed = error.message();
            failed = true;
        }
        EXPECT_EQ(failed, is_error) << given << "\n" << printed;
        EXPECT_EQ(replace_all(printed, "\n", "\\n"), expected) << given;
    }
}

TEST(Template, CallsTheMethodsOfARow) {
    json::Value row(json::Object{{"Names", "web"}});
    tmpl::Data data{row, "*formatter.ContainerContext"};
    data.method = [](std::string_view name,
                     const std::vector<json::Value>& arguments) -> std::optional<json::Value> {
        if (name != "Label" || arguments.size() != 1) return std::nullopt;
        return json::Value("value of " + std::string(arguments[0].get_string().c_str()));
    };
    std::string out;
    tmpl::Template(R"({{.Label "a"}} {{"b" | .Label}})").run(data, out);
    EXPECT_EQ(out, "value of a value of b");
}

TEST(Template, NamesTheTypeThatLacksAField) {
    json::Value row(json::Object{{"Names", "web"}});
    std::string out;
    try {
        tmpl::Template("{{.Foo}}").run({row, "*formatter.ContainerContext"}, out);
        FAIL();
    } catch (const tmpl::TemplateError& error) {
        EXPECT_EQ(error.message(),
                  "template: :1:2: executing \"\" at <.Foo>: can't evaluate field Foo in type "
                  "*formatter.ContainerContext");
    }
}

TEST(Template, TellsWhichFieldsItMentions) {
    tmpl::Template nested("{{if .A}}{{range .B}}{{(index .C 0)}}{{end}}{{else}}{{.D | upper}}{{end}}");
    for (auto field : {"A", "B", "C", "D"}) EXPECT_TRUE(nested.mentions(field)) << field;
    EXPECT_FALSE(nested.mentions("E"));
}

}  // namespace
}  // namespace dhow::cli
