using System;
using System.Threading.Tasks;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>What devices on radios call: the gateway's postbox (SPEC.md 14 there).</summary>
/// <param name="postbox">The postbox; null while there is none.</param>
internal sealed class RadioCalls(Func<PostboxService?> postbox) : IFrameCalls
{
    private const int NotKnown = 3;

    // Of a LoRa device's receive window, which opens a second after its frame: an answer that takes longer costs it another call.
    private const int WithinWindowMs = 300;

    /// <inheritdoc/>
    public ValueTask<FrameReply> CallAsync(PeerId device, int method, ReadOnlyMemory<byte> body)
    {
        Task<FrameReply> answer = Task.Run(() => AnswerAsync(device, method, body));
        Task.WaitAny([answer], WithinWindowMs);
        return new ValueTask<FrameReply>(answer);
    }

    /// <inheritdoc/>
    public bool HasMail(PeerId device) => postbox()?.HasMail(device) == true;

    private async Task<FrameReply> AnswerAsync(PeerId device, int method, ReadOnlyMemory<byte> body)
    {
        if (postbox() is not { } service)
        {
            return new FrameReply(NotKnown, ReadOnlyMemory<byte>.Empty);
        }

        (int status, byte[] bytes) = await service.CallAsync(device, method, body).ConfigureAwait(false);
        return new FrameReply(status, bytes);
    }
}
