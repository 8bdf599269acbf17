#include "shim/server/streams.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dhow::shim {

namespace {

constexpr std::size_t read_size = 16 << 10;

struct Pipe {
    UniqueFd read, write;
};

Pipe make_pipe() {
    std::array<int, 2> ends{-1, -1};
    check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Of our end alone: the two ends of a pipe are two open files.
void set_nonblocking(const UniqueFd& fd) {
    int flags = check(::fcntl(fd.get(), F_GETFL), "fcntl");
    check(::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK), "fcntl");
}

}  // namespace

Streams::Streams(Loop& loop, Options options)
    : loop_(loop), options_(options), input_(loop, [this] {
          for (auto& attachment : attachments_)
              if (!attachment->over()) attachment->resume_input();
      }) {}

Streams::~Streams() {
    loop_.cancel(sweep_timer_);
    loop_.cancel(linger_timer_);
    for (auto& source : sources_)
        if (source->fd) loop_.forget(source->fd.get());
}

Streams::Ends Streams::open_pipes() {
    Ends ends;
    auto out = make_pipe(), err = make_pipe();
    if (options_.open_stdin) {
        auto in = make_pipe();
        pipe_in_ = std::move(in.write);
        set_nonblocking(pipe_in_);
        ends.in = std::move(in.read);
    }
    pipe_out_ = std::move(out.read);
    pipe_err_ = std::move(err.read);
    ends.out = std::move(out.write);
    ends.err = std::move(err.write);
    set_nonblocking(pipe_out_);
    set_nonblocking(pipe_err_);
    return ends;
}

void Streams::begin(UniqueFd terminal) {
    begun_ = true;
    if (terminal) {
        terminal_ = std::move(terminal);
        set_nonblocking(terminal_);
        auto copy = [&] { return UniqueFd(check(::fcntl(terminal_.get(), F_DUPFD_CLOEXEC, 3), "dup")); };
        if (options_.open_stdin) input_.open(copy());
        add_source(Stream::out, copy());
        pipe_in_.reset();
        pipe_out_.reset();
        pipe_err_.reset();
    } else {
        if (pipe_in_) input_.open(std::move(pipe_in_));
        add_source(Stream::out, std::move(pipe_out_));
        add_source(Stream::err, std::move(pipe_err_));
    }
    for (auto& attachment : attachments_)
        if (!attachment->over()) attachment->begin(static_cast<bool>(terminal_));
    update_sources();
}

void Streams::attach(UniqueFd socket, AttachmentOptions options) {
    options.in = options.in && options_.open_stdin;
    auto& slot = attachments_.emplace_back();
    auto* at = &slot;
    Attachment::Callbacks callbacks{
        .input = [this](std::string_view bytes) { typed(bytes); },
        .input_ended = [this, at] { input_ended(**at); },
        .unblocked = [this] { update_sources(); },
        .over =
            [this] {
                update_sources();
                // It is still on the stack of the caller: it goes in a moment.
                if (sweep_timer_ == 0) sweep_timer_ = loop_.after({}, [this] { sweep(); });
            },
    };
    slot = std::make_unique<Attachment>(loop_, std::move(socket), std::move(options), std::move(callbacks));
    if (begun_) slot->begin(static_cast<bool>(terminal_));
}

void Streams::resize(unsigned short rows, unsigned short columns) {
    if (!terminal_) throw Conflict("the process has no terminal");
    winsize size{};
    size.ws_row = rows;
    size.ws_col = columns;
    check(::ioctl(terminal_.get(), TIOCSWINSZ, &size), "resize the terminal");
}

void Streams::add_source(Stream stream, UniqueFd fd) {
    auto source = std::make_unique<Source>();
    source->stream = stream;
    source->fd = std::move(fd);
    if (options_.log) source->lines.emplace(*options_.log, stream == Stream::out ? "stdout" : "stderr");
    sources_.push_back(std::move(source));
}

bool Streams::pump(Source& source) {
    std::array<char, read_size> buffer;
    auto got = ::read(source.fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) return true;
    if (got < 0 && errno == EAGAIN) return false;
    // A terminal whose other side is closed gives EIO.
    if (got <= 0) {
        end_source(source);
        return false;
    }
    deliver(source, std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    return true;
}

void Streams::deliver(Source& source, std::string_view bytes) {
    // Those attached first: they wait, the log does not.
    for (auto& attachment : attachments_) {
        if (!attachment->wants(source.stream)) continue;
        attachment->write(source.stream, bytes);
        if (draining_ && attachment->waiting() > max_left) attachment->finish();
    }
    if (source.lines) source.lines->feed(bytes);
    if (!draining_ && any_blocked()) update_sources();
}

void Streams::end_source(Source& source) {
    if (source.watched) loop_.forget(source.fd.get());
    source.watched = false;
    source.fd.reset();
    if (source.lines) source.lines->finish();
    if (done_ && all_closed()) complete();
}

bool Streams::all_closed() const noexcept {
    return std::ranges::none_of(sources_, [](const auto& source) { return static_cast<bool>(source->fd); });
}

bool Streams::any_blocked() const noexcept {
    return std::ranges::any_of(attachments_, [](const auto& attachment) {
        return attachment && !attachment->over() && attachment->blocked();
    });
}

void Streams::update_sources() {
    if (!begun_) return;
    bool reads = !any_blocked();
    for (auto& source : sources_) {
        if (!source->fd || source->watched == reads) continue;
        source->watched = reads;
        if (reads)
            loop_.watch(source->fd.get(), EPOLLIN, [this, at = source.get()](std::uint32_t) { pump(*at); });
        else
            loop_.forget(source->fd.get());
    }
}

void Streams::typed(std::string_view bytes) {
    input_.write(bytes);
    if (!input_.full()) return;
    for (auto& attachment : attachments_)
        if (!attachment->over()) attachment->pause_input();
}

void Streams::input_ended(Attachment& attachment) {
    // docker's rule: either the end of this input is the end of the process's, or whoever typed has left.
    if (options_.close_stdin && !terminal_)
        input_.close();
    else
        attachment.finish();
}

void Streams::sweep() {
    sweep_timer_ = 0;
    std::erase_if(attachments_, [](const auto& attachment) { return attachment->over(); });
    if (complete_ && attachments_.empty()) announce();
}

void Streams::drain() {
    draining_ = true;
    for (auto& source : sources_)
        while (source->fd && pump(*source)) {
        }
    draining_ = false;
    if (!all_closed()) update_sources();
}

void Streams::finish(std::function<void()> done) {
    done_ = std::move(done);
    input_.drop();
    if (all_closed()) return complete();
    linger_timer_ = loop_.after(linger, [this] { complete(); });
}

void Streams::complete() {
    loop_.cancel(linger_timer_);
    for (auto& source : sources_) {
        if (!source->fd) continue;
        if (source->watched) loop_.forget(source->fd.get());
        source->watched = false;
        source->fd.reset();
        if (source->lines) source->lines->finish();
    }
    complete_ = true;
    for (auto& attachment : attachments_)
        if (!attachment->over()) attachment->finish();
    if (sweep_timer_ == 0) sweep_timer_ = loop_.after({}, [this] { sweep(); });
}

void Streams::announce() {
    if (auto done = std::exchange(done_, nullptr)) done();
}

}  // namespace dhow::shim
