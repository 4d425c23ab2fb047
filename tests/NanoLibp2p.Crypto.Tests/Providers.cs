using NanoLibp2p.Crypto.Desktop;

namespace NanoLibp2p.Crypto.Tests;

/// <summary>Every provider of the house: each passes the same vectors.</summary>
public static class Providers
{
    /// <summary>New ones for each test: a provider serves one thread at a time, and test classes run side by side.</summary>
    public static TheoryData<CryptoProvider> All => new() { new ManagedCrypto(), new DesktopCrypto() };
}
