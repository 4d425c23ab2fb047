namespace NanoLibp2p.Host.Tests;

/// <summary>Tests that measure this process, and run while no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
