using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

namespace NanoLibp2p.Cli.Tests;

/// <summary>What a peer says can't do anything to the terminal of who reads it.</summary>
public class SafeTextTests
{
    [Theory]
    [InlineData("a\u2028b")]
    [InlineData("a\u2029b")]
    [InlineData("a\u0085b")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\u001bb")]
    [InlineData("a\u009bb")]
    [InlineData("a\u200eb")]
    [InlineData("a\u200fb")]
    [InlineData("a\u061cb")]
    [InlineData("a\u202eb")]
    [InlineData("a\u2066b")]
    [InlineData("a\u200bb")]
    [InlineData("a\ufeffb")]
    [InlineData("a\U000E0041b")]
    public void What_moves_turns_or_hides_is_shown_as_a_replacement(string text) => Assert.Equal("a\uFFFDb", SafeText.Printable(text));

    [Fact]
    public void Half_a_character_is_shown_as_a_replacement() =>
    Assert.Equal("a\uFFFDb\uFFFDc", SafeText.Printable(string.Concat("a", (char)0xD800, "b", (char)0xDC00, "c")));

    [Theory]
    [InlineData("21,5 °C")]
    [InlineData("ελληνικά עברית العربية हिन्दी 日本語")]
    [InlineData("👩‍👩‍👧 ok")]
    [InlineData("می‌خواهم")]
    public void What_people_write_stays(string text) => Assert.Equal(text, SafeText.Printable(text));

    [Fact]
    public async Task A_message_can_not_forge_a_line_for_people_or_programs()
    {
        const string Forged = "cold\u2028t 12D3KooWForged 99\u2029\u202Ekcab\u2066x\u200Fy\u0085z\u001b[2J\nnext";
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;
        await using CliProcess people = CliProcess.Start("subscribe", address, "t", "--count", "1");
        await using CliProcess programs = CliProcess.Start("subscribe", address, "t", "--count", "1", "--json");
        await listener.EventAsync("connected");
        await listener.EventAsync("connected");
        Task<CliResult> read = people.EndAsync();
        Task<CliResult> parsed = programs.EndAsync();
        while (!read.IsCompleted || !parsed.IsCompleted)
        {
            // a subscriber that was not there yet hears the next
            await CliResult.RunAsync("publish", address, "t", Forged);
        }

        string line = Assert.Single((await read).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            one => one.Contains("cold", StringComparison.Ordinal));
        Assert.EndsWith("cold\uFFFDt 12D3KooWForged 99\uFFFD\uFFFDkcab\uFFFDx\uFFFDy\uFFFDz\uFFFD[2J\uFFFDnext", line,
            StringComparison.Ordinal);
        string json = (await parsed).Output;
        Assert.DoesNotContain(json, c => c is '\u2028' or '\u2029' or '\u202E' or '\u2066' or '\u200F' or '\u0085' or '\u001b');
        Assert.Equal(Forged, (await parsed).EventsOf("message").Single().GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_message_that_is_no_text_arrives_as_its_bytes()
    {
        byte[] bytes = [0xFF, 0x00, 0xED, 0xA0, 0x80, (byte)'x'];
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;

        await using CliProcess publisher = CliProcess.Start("publish", address, "t", "-");
        await publisher.WriteAsync(bytes);
        publisher.EndInput();
        JsonElement message = await listener.EventAsync("message");

        CliResult published = await publisher.EndAsync();
        Assert.Equal((0, ""), (published.ExitCode, published.Errors));
        Assert.Equal(bytes, message.GetProperty("data").GetBytesFromBase64());
        Assert.Contains('\uFFFD', message.GetProperty("text").GetString()!);
    }

    [Fact]
    public async Task Every_byte_of_stdin_goes_through()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(one => (byte)one)];
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;

        await using CliProcess publisher = CliProcess.Start("publish", address, "t", "-");
        await publisher.WriteAsync([.. all, (byte)'\n', .. "a\r\n"u8]);
        publisher.EndInput();
        byte[][] heard = [await NextAsync(), await NextAsync(), await NextAsync()];

        Assert.Equal(0, (await publisher.EndAsync()).ExitCode);
        Assert.Equal(all[..10], heard[0]);
        Assert.Equal(all[11..], heard[1]);
        Assert.Equal(Encoding.ASCII.GetBytes(OperatingSystem.IsWindows() ? "a" : "a\r"), heard[2]);

        async Task<byte[]> NextAsync() => (await listener.EventAsync("message")).GetProperty("data").GetBytesFromBase64();
    }

    [Fact]
    public async Task A_line_of_stdin_that_no_message_can_have_is_refused()
    {
        (CliProcess listener, string address) = await CliProcess.ListenAsync("--topic", "t");
        await using CliProcess _ = listener;

        await using CliProcess publisher = CliProcess.Start("publish", address, "t", "-");
        await publisher.WriteAsync([.. "short\n"u8, .. Enumerable.Repeat((byte)0xAA, 200_000)]);
        publisher.EndInput();
        CliResult ended = await publisher.EndAsync();

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("line 2 of stdin has more than 65536 bytes", ended.Errors, StringComparison.Ordinal);
    }
}
