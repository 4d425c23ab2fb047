namespace NanoLibp2p.Core.Tests.Support;

/// <summary>Tests that look at the whole heap, and so run while no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
