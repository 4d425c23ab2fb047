namespace NanoLibp2p.Cli;

/// <summary>A sensor of the demo, as people are told of it.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Peer">Its peer id.</param>
/// <param name="Radio">How it is heard.</param>
internal sealed record DemoSensor(string Name, string Peer, string Radio);
