using System;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>The chip stopped here.</summary>
public sealed class PowerCutException : Exception;
