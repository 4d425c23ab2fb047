using System;
using System.Reflection;
using System.Runtime.Loader;
using NanoLibp2p.Footprint.Metering;

namespace NanoLibp2p.Footprint.Tests;

/// <summary>Whether what runs is what is counted.</summary>
public class SharedAssemblyTests
{
    [Fact]
    public void The_cryptography_that_runs_here_is_the_metered_device_build()
    {
        Assembly crypto = SharedAssemblies.Meter.Load("NanoLibp2p.Crypto");

        Assert.Same(crypto, Type.GetType("NanoLibp2p.Crypto.ManagedCrypto, NanoLibp2p.Crypto", throwOnError: true)!.Assembly);
        Assert.DoesNotContain(crypto.GetReferencedAssemblies(), reference => reference.Name == "System.Runtime");
    }

    [Fact]
    public void A_copy_that_is_not_metered_is_refused_with_its_name()
    {
        byte[] image = Sample.Compile("public static void Nothing() { }");
        AssemblyLoadContext context = new("unmetered", isCollectible: true);
        context.LoadFromStream(new System.IO.MemoryStream(image));
        using Meter meter = new(name => name == "Sample" ? image : null, context);

        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => meter.Measure(() => { }));

        Assert.Contains("Sample", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_reads_peer_ids_in_base58_and_says_so_of_others()
    {
        const string Text = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

        MethodInfo read = SharedAssemblies.Meter.Load("NanoLibp2p.Noise")
            .GetType("NanoLibp2p.Multiformats.PeerId", throwOnError: true)!.GetMethod("TryParse")!;
        object?[] usual = [Text, null];
        object?[] cid = ["bafzaajaiaejcal72gwuz2or47oyxxn6b3rkwdmmkrxgkjxzy3rqt5kczyn7lcm3l", null];

        Assert.Equal(Text, read.Invoke(null, usual)!.ToString());
        Assert.Null(read.Invoke(null, cid));
        Assert.Contains("give it as 12D3", (string)cid[1]!, StringComparison.Ordinal);
    }
}
