using System;

namespace NanoLibp2p.Frames.Tests;

/// <summary>What a side sees of its last moment.</summary>
internal sealed class PowerCut : Exception;
