namespace NanoLibp2p.Gateway.Page;

/// <summary>A number of a reading.</summary>
/// <param name="Name">Its name; within objects the names on the way to it, separated by points.</param>
/// <param name="Value">Finite; 1 and 0 for true and false.</param>
internal readonly record struct ReadingField(string Name, double Value);
