using System;

namespace NanoLibp2p.Crypto.Tests;

public sealed class SelfTestTests
{
    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_right_provider_passes_and_is_chosen(CryptoProvider crypto)
    {
        Assert.True(SelfTest.Passes(crypto));
        Assert.Same(crypto, CryptoProviders.Choose(crypto));
    }

    [Fact]
    public void Without_a_preferred_provider_the_managed_one_is_chosen() =>
        Assert.Equal("managed", CryptoProviders.Choose(null).Name);

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_provider_with_one_wrong_operation_is_replaced_by_the_managed_one(Fault fault)
    {
        FaultyCrypto faulty = new(fault);
        Assert.False(SelfTest.Passes(faulty));
        Assert.Equal("managed", CryptoProviders.Choose(faulty).Name);
    }

    [Fact]
    public void Too_little_memory_is_not_taken_for_wrong_arithmetic() =>
        Assert.Throws<OutOfMemoryException>(() => SelfTest.Passes(new StarvedCrypto()));

    public static TheoryData<Fault> Faults => new(Enum.GetValues<Fault>());

    private sealed class StarvedCrypto : NanoLibp2p.Tests.ForwardingCrypto
    {
        public override void Sha256Start() => throw new OutOfMemoryException();
    }
}
