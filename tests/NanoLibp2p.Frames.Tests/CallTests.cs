using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Calls both ways, mail as the postbox asks for it (SPEC.md 10): each done once, whatever is lost.</summary>
public class CallTests : IFrameCalls
{
    private readonly List<string> _done = [];
    private byte[] _mail = [];
    private TaskCompletionSource<FrameReply>? _late;

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    public async Task A_sleeping_device_is_called_with_the_answer_to_its_next_frame_and_does_it_once(double loss)
    {
        FrameNodeOptions options = NodeTests.Lora(96);
        options.MayBeCalled = true;
        Radio radio = new(options, new CheapCrypto(), seed: 5, loss: loss);
        radio.Node.SetTopic(0, "t", FrameTopic.Signed, null);
        List<string> acted = [];
        radio.OnMethod = (method, body) =>
        {
            acted.Add($"{method:x} {Convert.ToHexString(body)}");
            return [0x4F, 0x4B];
        };
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        Task<FrameReply> reply = radio.Gateway.CallAsync(radio.Device.PeerId, 0x80, new byte[] { 1, 2 });
        for (int i = 0; i < 60 && !reply.IsCompleted; i++)
        {
            NodeTests.Publish(radio, $"r{i}");
            radio.Run(60_000);
        }

        Assert.True(reply.IsCompleted);
        Assert.Equal(0, (await reply).Status);
        Assert.Equal([0x4F, 0x4B], (await reply).Bytes.ToArray());
        Assert.Equal(["80 0102"], acted);
        Assert.Equal(3, (await Call(radio, 0x10)).Status);
    }

    [Fact]
    public void Sixteen_calls_wait_for_a_device_and_no_more()
    {
        Radio radio = new(NodeTests.Lora(96), new CheapCrypto());
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        Task<FrameReply>[] calls = [.. Enumerable.Range(0, 16)
            .Select(_ => radio.Gateway.CallAsync(radio.Device.PeerId, 0x80, new byte[] { 1 }))];
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(
            () => { _ = radio.Gateway.CallAsync(radio.Device.PeerId, 0x80, new byte[] { 1 }); });
        Assert.Contains("at most 16", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(calls, call => call.IsCompleted);
    }

    [Fact]
    public async Task A_gateway_may_not_call_a_device_that_does_not_say_so()
    {
        Radio radio = new(NodeTests.Lora(96), new CheapCrypto());
        radio.OnMethod = (_, _) => throw new InvalidOperationException("called");
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        Assert.Equal(2, (await Call(radio, 0x80)).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void Mail_of_several_blocks_comes_whole_and_is_taken_once(double loss)
    {
        _mail = [.. Enumerable.Range(0, 400).Select(i => (byte)i)];
        Radio radio = new(NodeTests.Lora(96), new CheapCrypto(), seed: 8, loss: loss) { Calls = this };
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        radio.Node.Ask();
        radio.Until(() => radio.MailSeen > 0, 3600 * 1000);
        byte[] body = [0x20, 0x00, 1, 2, 3, 4];
        Assert.Equal(0, radio.Node.Call(0x10, body, 0, body.Length));
        Assert.Equal(FrameResult.Busy, radio.Node.Call(0x10, body, 0, body.Length));
        radio.Until(() => radio.Answers.Sum(one => one.Body.Length) >= 400, 3600 * 1000);
        Assert.Equal(_mail, radio.Answers.SelectMany(one => one.Body));
        Assert.Equal(["10 200001020304"], _done);
        Assert.Equal(0, radio.Node.Call(0x11, body, 0, 1));
    }

    [Fact]
    public void An_answer_that_takes_longer_than_a_window_is_given_when_the_device_asks_again()
    {
        _late = new TaskCompletionSource<FrameReply>();
        Radio radio = new(NodeTests.Lora(96), new CheapCrypto()) { Calls = this };
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        Assert.Equal(0, radio.Node.Call(0x11, [1], 0, 1));
        radio.Run(3000);
        Assert.Empty(radio.Answers);
        _late.SetResult(new FrameReply(0, new byte[] { 7 }));
        radio.Until(() => radio.Answers.Count == 1, 60_000);
        Assert.Equal([7], radio.Answers[0].Body);
        Assert.Equal(["11 01"], _done);
    }

    [Fact]
    public void A_call_that_nobody_answers_ends()
    {
        Radio radio = new(NodeTests.Lora(96), new CheapCrypto());
        radio.Start();
        radio.Until(() => radio.Node.State == FrameState.Open);
        radio.Loss = 1;
        Assert.Equal(0, radio.Node.Call(0x10, [], 0, 0));
        radio.Until(() => radio.Answers.Count == 1, 3600 * 1000);
        Assert.Equal(-1, radio.Answers[0].Status);
        Assert.Equal(FrameResult.TooLong, radio.Node.Call(0x10, new byte[90], 0, 90));
    }

    public ValueTask<FrameReply> CallAsync(PeerId device, int method, ReadOnlyMemory<byte> body)
    {
        _done.Add($"{method:x} {Convert.ToHexString(body.Span)}");
        return _late == null ? new(new FrameReply(0, _mail)) : new(_late.Task);
    }

    public bool HasMail(PeerId device) => _mail.Length > 0;

    private static async Task<FrameReply> Call(Radio radio, int method)
    {
        Task<FrameReply> reply = radio.Gateway.CallAsync(radio.Device.PeerId, method, ReadOnlyMemory<byte>.Empty);
        for (int i = 0; i < 60 && !reply.IsCompleted; i++)
        {
            radio.Node.Ask();
            radio.Run(60_000);
        }

        Assert.True(reply.IsCompleted);
        return await reply;
    }
}
