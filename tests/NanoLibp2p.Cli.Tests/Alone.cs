namespace NanoLibp2p.Cli.Tests;

/// <summary>Tests that keep every processor busy, or measure time: they run one after another, when no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
