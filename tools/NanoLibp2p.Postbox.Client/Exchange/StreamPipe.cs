using System;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Host;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>A stream of a desktop node as a postbox client's pipe: what is written goes in its turn, what comes is given to whoever made
/// it.</summary>
internal sealed class StreamPipe : PostboxPipe, IAsyncDisposable
{
    private const int ReadBytes = 16 * 1024;

    private readonly PeerStream _stream;
    private readonly Channel<byte[]> _outgoing = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _running;

    /// <summary>Begins to read and to write.</summary>
    /// <param name="stream">The stream; the pipe's from now on.</param>
    /// <param name="arrived">Told of bytes that came, with how many.</param>
    /// <param name="ended">Told once that no more will come, and why; null for the gateway's own end.</param>
    internal StreamPipe(PeerStream stream, Action<StreamPipe, byte[], int> arrived, Action<StreamPipe, Exception?> ended)
    {
        _stream = stream;
        Gateway = stream.RemotePeer.ToBytes();
        _running = Task.WhenAll(Task.Run(WriteAsync), Task.Run(() => ReadAsync(arrived, ended)));
    }

    /// <summary>Whether nothing more comes or goes.</summary>
    internal bool IsOver { get; private set; }

    /// <inheritdoc/>
    internal override byte[] Gateway { get; }

    /// <inheritdoc/>
    internal override void Write(byte[] buffer, int offset, int count)
        => _outgoing.Writer.TryWrite(buffer.AsSpan(offset, count).ToArray());

    /// <summary>Breaks the stream off.</summary>
    internal void Abort()
    {
        IsOver = true;
        _outgoing.Writer.TryComplete();
        _stream.Abort();
    }

    /// <summary>Says that no more comes, after what was written, and lets go.</summary>
    public async ValueTask DisposeAsync()
    {
        IsOver = true;
        _outgoing.Writer.TryComplete();
        _stream.CompleteWrites();
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (byte[] bytes in _outgoing.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                await _stream.WriteAsync(bytes, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is Libp2pException or ObjectDisposedException or InvalidOperationException)
        {
            // the reader hears why
            IsOver = true;
        }
    }

    private async Task ReadAsync(Action<StreamPipe, byte[], int> arrived, Action<StreamPipe, Exception?> ended)
    {
        Exception? why = null;
        byte[] buffer = new byte[ReadBytes];
        try
        {
            int count;
            while ((count = await _stream.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false)) > 0)
            {
                arrived(this, buffer, count);
            }
        }
        catch (Exception e) when (e is Libp2pException or ObjectDisposedException or InvalidOperationException)
        {
            why = e;
        }

        IsOver = true;
        ended(this, why);
    }
}
