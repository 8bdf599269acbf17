#pragma once
// One build under way: what its stages share.

#include <memory>
#include <vector>

#include "base/async/sync.hpp"
#include "build/builder.hpp"
#include "build/plan.hpp"
#include "build/rootfs.hpp"
#include "build/transcript.hpp"

namespace dhow::build {

/// What a stage is so far.
struct StageState {
    oci::ImageConfig config;
    LayerStack layers;
    oci::Digest image;         ///< of the last step; none in a stage from scratch without steps
    bool command_set = false;  ///< it has a CMD of its own
    /// ARGs that were declared: their values, or none.
    std::map<std::string, std::optional<std::string>> arguments;
};

struct BuildRun;

/// One stage, run by one coroutine.
struct StageRun {
    StageRun(BuildRun& build, std::size_t number, std::size_t place);

    Task<void> run();
    /// Waits until the stage is complete. @throws when it failed
    Task<void> wait();

    BuildRun& build;
    std::size_t index;     ///< in the plan
    std::size_t position;  ///< among those that run
    StageState state;
    bool done = false;  ///< its image stands, or it failed
    bool over = false;  ///< its coroutine touches nothing any more
    std::exception_ptr failure;
    Signal changed;
    std::vector<BuiltStep> built;  ///< its steps so far

  private:
    Task<void> steps();
    Task<void> begin();
    /// Where it is no stage; "" for the files of a named context.
    std::string base_image() const;
    /// What the lint rules say, now that the base is known. @throws InvalidArgument where that is an error
    void look_at_values(const std::optional<oci::Platform>& wanted);
    std::optional<oci::Platform> platform() const;
    /// An image of the store, or of a registry when it is not there (or --pull asks for it).
    Task<image::Image> image_of(std::string name, std::optional<oci::Platform> platform);
    Task<image::Image> pull(oci::Reference name, std::optional<oci::Platform> platform);
    /// The files of a named context, as a layer.
    Task<LayerStack> context_layers(std::string name);
    Task<void> stand_on_context(std::string name);
    Task<void> triggers();
    Task<void> step(const dockerfile::Instruction& instruction, bool numbered);
    Task<void> run_step(const dockerfile::Run& run);
    Task<void> copy_step(const dockerfile::Copy& copy);
    Task<void> workdir_step(std::string comment);
    Task<void> plain_step(std::string comment);
    void declare(const dockerfile::AddArgs& args);

    bool may_reuse() const;
    std::string exact_key(const std::string& created_by, const std::string& details) const;
    Task<bool> reuse(std::string created_by, std::string exact_key, std::string content_key);
    /// The same, of what was imported.
    Task<bool> reuse_imported(std::string created_by, std::string exact_key, std::string content_key);
    Task<void> commit(std::string created_by, LayerPtr layer, std::string exact_key, std::string content_key);
    /// Makes the image that `state` describes, and remembers its keys.
    Task<void> keep(LayerPtr layer, std::string exact_key, std::string content_key);
    /// Takes a configuration of an imported step, if it is one of the layers here. @return whether it did
    bool take_config(const std::string& text, const LayerPtr& layer);
    void note_step(const std::string& exact_key, const std::string& content_key);
    Task<LayerStack> source_layers(std::string from);
    std::string no_operation(const std::string& comment, bool spaced) const;
    std::optional<std::string> value_of(std::string_view name) const;
    std::map<std::string, std::string> run_arguments() const;
    Task<void> say(std::string text);

    int number_ = 0;
};

struct BuildRun {
    BuildRun(Services& room, const Request& wanted, Plan graph, std::shared_ptr<Context> files, Cache& known,
             CacheMounts& directories, Listener& listener, std::shared_ptr<Cancellation> cancellation);

    StageRun* stage(std::size_t index) const;
    /// Of SOURCE_DATE_EPOCH, for keys; "" without one.
    std::string epoch_text() const { return epoch ? std::to_string(*epoch) : ""; }
    /// What the image says of its time.
    std::string created() const;

    Services& services;
    const Request& request;
    Plan plan;
    std::shared_ptr<Context> context;
    Cache& cache;
    CacheMounts& mounts;
    std::shared_ptr<Cancellation> stop;
    std::vector<std::unique_ptr<StageRun>> stages;
    Listener& listener;
    Transcript transcript;
    std::set<std::string> used_arguments;
    /// SOURCE_DATE_EPOCH, in seconds: no file and no image is newer.
    std::optional<std::int64_t> epoch;
    /// Of images by name and platform: who looks for one, and which were asked for.
    std::map<std::string, AsyncMutex> image_turns;
    std::set<std::string> pulled;
    std::map<std::string, LayerStack> contexts;  ///< layers of named contexts
};

/// The mounts of a RUN, and what must live as long as they.
struct RunMounts {
    std::vector<bundle::Mount> mounts;
    std::string digest;                  ///< of what is mounted, for the key of the step
    std::vector<std::string> variables;  ///< "NAME=value" of secrets: of the command, and of nothing else
    std::vector<std::shared_ptr<CacheMounts::Use>> caches;
    struct Held {
        virtual ~Held() = default;
    };
    std::shared_ptr<Held> holdings;
};

/// Makes the mounts ready. @throws InvalidArgument, NotImplemented for those that cannot be
Task<RunMounts> make_mounts(StageRun& stage, std::vector<dockerfile::RunMount> wanted,
                            std::function<Task<LayerStack>(std::string)> layers_of);

/// Adds a here-document as a program at `path`. Blocks.
void add_script(RunMounts& mounts, const dockerfile::Heredoc& document, const std::string& path);

}  // namespace dhow::build
