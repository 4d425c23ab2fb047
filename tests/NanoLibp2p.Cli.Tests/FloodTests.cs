using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;

namespace NanoLibp2p.Cli.Tests;

/// <summary>A listener between a peer that publishes valid messages as fast as it can and one that only pings: three processes on real
/// sockets.</summary>
[Collection(nameof(Alone))]
public sealed class FloodTests
{
    private const int Pings = 200;

    // The flood keeps two more processes busy, so that a ping waits for a processor up to three times; with twenty others at work on two
    // cores its p99 was 120 ms, 36 without the flood. Where signatures are not rationed it was 2,900 ms, and half of all pings took a
    // second.
    private const double ScheduledMs = 500;

    [Fact]
    public async Task A_flooder_delays_a_good_peers_pings_by_two_verifications_and_not_by_its_messages()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;
        double quiet = await P99Async(address);
        double flooded;
        await using (CliProcess.Start("publish", address, "t", "a valid message", "--repeat", "100000000", "--every", "0s"))
        {
            await listener.EventAsync("message");
            flooded = await P99Async(address);
        }

        await listener.SignalAsync("INT");
        CliResult heard = await listener.EndAsync();
        Assert.InRange(heard.EventsOf("message").Count, Pings, int.MaxValue);
        double verificationMs = VerificationMs();
        Assert.True(flooded <= quiet + (2 * verificationMs) + ScheduledMs,
            $"the p99 of a ping was {quiet:0.0} ms, with a flooder {flooded:0.0} ms; a verification takes {verificationMs:0.000} ms");
    }

    private static async Task<double> P99Async(string address)
    {
        CliResult result = await CliProcess.RunAsync("ping", address, "--count", $"{Pings}", "--every", "5ms", "--json");
        Assert.Equal(0, result.ExitCode);
        double[] times = [.. result.EventsOf("ping").Select(ping => ping.GetProperty("rttMs").GetDouble()).Order()];
        Assert.Equal(Pings, times.Length);
        return times[(Pings * 99 / 100) - 1];
    }

    // the median of a hundred
    private static double VerificationMs()
    {
        CryptoProvider crypto = DesktopCrypto.Choose();
        byte[] seed = new byte[32];
        byte[] key = new byte[32];
        byte[] message = new byte[200];
        byte[] signature = new byte[64];
        crypto.Ed25519PublicKey(seed, 0, key, 0);
        crypto.Ed25519Sign(seed, 0, key, 0, message, 0, message.Length, signature, 0);
        List<double> times = [];
        for (int i = 0; i < 100; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Assert.True(crypto.Ed25519Verify(key, 0, message, 0, message.Length, signature, 0));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        return times[50];
    }
}
