using System;
using System.Net.WebSockets;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Host.Tests.WebSocket;

/// <summary>
/// A WebSocket whose frames are of one to seven bytes, most of them parts of a longer message, with empty ones in between.
/// </summary>
internal sealed class ChoppedWebSocket(System.Net.WebSockets.WebSocket inner) : System.Net.WebSockets.WebSocket
{
    private readonly Random _random = new(1);

    public override WebSocketCloseStatus? CloseStatus => inner.CloseStatus;

    public override string? CloseStatusDescription => inner.CloseStatusDescription;

    public override WebSocketState State => inner.State;

    public override string? SubProtocol => inner.SubProtocol;

    public override void Abort() => inner.Abort();

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
        => inner.CloseAsync(closeStatus, statusDescription, cancellationToken);

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription,
        CancellationToken cancellationToken) => inner.CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    public override void Dispose() => inner.Dispose();

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
        => inner.ReceiveAsync(buffer, cancellationToken);

    public override async Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage,
        CancellationToken cancellationToken)
    {
        while (buffer.Count > 0)
        {
            int count = Math.Min(buffer.Count, _random.Next(0, 8));
            bool isEnd = count == buffer.Count || _random.Next(4) == 0;
            await inner.SendAsync(buffer[..count], messageType, isEnd, cancellationToken);
            buffer = buffer[count..];
        }
    }
}
