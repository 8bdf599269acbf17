#include "build/step_text.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "build/builder.hpp"
#include "build/remote/address.hpp"

namespace dhow::build {

std::string step_text(const dockerfile::Instruction& step, char escape, const dockerfile::Lookup& lookup) {
    dockerfile::Expander expander(escape, lookup);
    expander.keep_quotes();
    expander.keep_unset();
    auto text = step.written;
    try {
        text = expander.word(text);
    } catch (const Error&) {
        // As it was written, then: whether that is an error is not for a name to say.
    }
    auto blank = std::min(text.find_first_of(blanks), text.size());
    return upper(text.substr(0, blank)) + without_credentials(text.substr(blank));
}

std::string failure_text(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const CommandFailed& error) {
        return fmt::format("process {:?} did not complete successfully: exit code: {}", error.command(),
                           error.code());
    } catch (const Error& error) {
        return error.message();
    }
}

bool is_echo_of_another(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Unavailable&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace dhow::build
