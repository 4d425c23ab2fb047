using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Postbox.Sender;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>A second implementation, on Node's own cryptography (tests/js/seal.mjs): it opens what a device seals, and the other
/// way.</summary>
public class JsTests
{
    private static readonly byte[] _proofKey = [1, 2, 3, 4, 5, 6, 7, 8];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20, 0)]
    [InlineData(470, 0)]
    [InlineData(500, 30)]
    [InlineData(1_500, 7)]
    public async Task Js_opens_what_a_device_seals(int count, int padding)
    {
        World world = new();
        string body = string.Concat(Enumerable.Range(0, count).Select(i => (char)('a' + (i % 26))));
        byte[] seed = Vectors.Get("recipient seed");
        Board recipient = new(world.Simulation, seed);
        byte[] item = world.Friend.Seal(recipient.Identity.PeerId, body,
            new LetterOptions { Subject = "pump"u8.ToArray(), ProofKey = _proofKey, Padding = padding });
        JsonElement opened = await RunAsync(null, "open", Convert.ToHexString(seed), Convert.ToHexString(item));
        Assert.Equal(body, Encoding.ASCII.GetString(Convert.FromHexString(opened.GetProperty("body").GetString()!)));
        Assert.Equal(Convert.ToHexStringLower(world.Friend.Identity.PublicKey), opened.GetProperty("sender").GetString());
        Assert.Equal(Vectors.Sent, opened.GetProperty("sent").GetUInt32());
        Assert.Equal(Convert.ToHexStringLower("pump"u8), opened.GetProperty("subject").GetString());
        Assert.Equal(Convert.ToHexStringLower(_proofKey), opened.GetProperty("proofKey").GetString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(1_800)]
    public async Task A_device_opens_what_js_seals(int count)
    {
        World world = new();
        byte[] body = [.. Enumerable.Range(0, count).Select(i => (byte)('A' + (i % 26)))];
        JsonElement made = await RunAsync(
            new Dictionary<string, string> { ["SUBJECT"] = Convert.ToHexString("pump"u8), ["PROOF_KEY"] = Convert.ToHexString(_proofKey) },
            "seal", Convert.ToHexString(Vectors.Get("sender seed")), Convert.ToHexString(world.Board.Identity.PublicKey),
            Vectors.Sent.ToString(System.Globalization.CultureInfo.InvariantCulture), Convert.ToHexString(body));
        world.Gateway.Items.Add(new Gateway.Item(Convert.FromHexString(made.GetProperty("item").GetString()!), 0));
        Assert.Equal(0, world.Board.Sync(world.Peer));
        Assert.Equal([Encoding.ASCII.GetString(body)], world.Board.Heard);
        Assert.Equal([Convert.ToHexStringLower(Vectors.Get("sender"))], world.Board.Senders);
        Assert.Equal(["pump"], world.Board.Subjects);
        Assert.NotNull(Assert.Single(world.Gateway.Acks).Proof);
    }

    private static async Task<JsonElement> RunAsync(Dictionary<string, string>? environment, params string[] arguments)
    {
        await using JsProcess process = JsProcess.Start("seal.mjs", arguments, environment);
        await process.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return JsonDocument.Parse(process.Output).RootElement.Clone();
    }
}
