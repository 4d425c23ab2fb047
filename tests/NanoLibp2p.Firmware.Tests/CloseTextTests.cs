using System;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Firmware.Tests;

public class CloseTextTests
{
    [Fact]
    public void Every_reason_has_words_of_its_own()
    {
        NodeOptions options = new();
        string[] texts = [.. Enum.GetValues<CloseReason>().Select(reason => CloseText.Describe(reason, 1, options))];

        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.All(texts, text => Assert.DoesNotContain("reason ", text));
        Assert.StartsWith("reason 4711, detail 5", CloseText.Describe((CloseReason)4711, 5, options));
    }

    [Fact]
    public void Every_error_of_a_link_has_words_of_its_own()
    {
        string[] texts = [.. Enum.GetValues<LinkError>().Select(CloseText.Describe)];

        Assert.Equal(texts.Length, texts.Distinct().Count());
    }

    [Fact]
    public void A_limit_is_named_with_its_value_and_what_to_do() => Assert.Equal(
        "record of 16384 bytes exceeds RecordBytes = 4096; raise NodeOptions.RecordBytes or let the peer send smaller records",
        CloseText.Describe(CloseReason.RecordTooLong, 16384, new NodeOptions { RecordBytes = 4096 }));
}
