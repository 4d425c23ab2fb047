using System;

namespace NanoLibp2p.Footprint.Operations;

/// <summary>Something worth counting.</summary>
/// <param name="Name">What people read; also how a budget finds it.</param>
/// <param name="Prepare">Makes everything the operation needs, uncounted, and returns the operation itself.</param>
/// <param name="Units">Blocks or bytes that one run handles, when the budget is for each of them.</param>
public sealed record Operation(string Name, Func<Action> Prepare, int Units = 1);
