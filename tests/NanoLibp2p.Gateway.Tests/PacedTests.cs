using System;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Gateway.Hosting;

namespace NanoLibp2p.Gateway.Tests;

public sealed class PacedTests
{
    [Fact]
    public void What_takes_a_second_to_make_is_made_every_twenty_seconds_at_the_most_and_what_takes_none_whenever_it_is_asked_for()
    {
        FakeTimeProvider time = new();
        TimeSpan takes = TimeSpan.FromSeconds(1);
        int made = 0;
        Paced<string> paced = new(() =>
        {
            time.Advance(takes);
            return $"{++made}";
        }, time);
        Assert.Equal("1", paced.Get());
        time.Advance(TimeSpan.FromSeconds(18));
        Assert.Equal("1", paced.Get());
        time.Advance(TimeSpan.FromSeconds(1));
        takes = TimeSpan.Zero;
        Assert.Equal("2", paced.Get());
        Assert.Equal("3", paced.Get());
    }
}
