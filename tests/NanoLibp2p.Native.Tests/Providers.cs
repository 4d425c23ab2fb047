using System.Collections.Generic;
using NanoLibp2p.Native.Tests;

// the linked tests ask for this name
namespace NanoLibp2p.Crypto.Tests;

/// <summary>The native providers: the C layer by itself, and as a device calls it. Skipped, with the reason, where no compiler
/// is.</summary>
public static class Providers
{
    public static IEnumerable<TheoryDataRow<CryptoProvider>> All =>
    [
        new(new NativeLayerCrypto()) { Skip = NativeBuild.Missing },
        new(new NativeStubs()) { Skip = NativeBuild.Missing },
    ];
}
