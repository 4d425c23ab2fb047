using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;

namespace NanoLibp2p.Cli;

/// <summary>Asks one peer who it is, and collects the answer.</summary>
internal sealed class IdentifyClient : IdentifyEvents
{
    private readonly Node _node;
    private readonly List<(int Field, byte[] Value)> _fields = [];
    private readonly MemoryStream _pieces = new();
    private TaskCompletionSource<IReadOnlyList<(int Field, byte[] Value)>>? _waiting;

    /// <summary>Listens to a node with one reading at a time (NodeOptions.IdentifyReadings), so that an answer and a push can't
    /// mix.</summary>
    internal IdentifyClient(Node node)
    {
        _node = node;
        node.Identify.Events = this;
    }

    /// <summary>Asks.</summary>
    /// <returns>The fields of the answer, in its order.</returns>
    internal Task<IReadOnlyList<(int Field, byte[] Value)>> AskAsync(Connection connection)
    {
        TaskCompletionSource<IReadOnlyList<(int Field, byte[] Value)>> waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_node.Identify.Ask(connection))
        {
            _waiting = waiting;
        }
        else
        {
            waiting.SetException(new CliException("the peer could not be asked: the connection has no stream left"));
        }
        return waiting.Task;
    }

    public override void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool last)
    {
        _pieces.Write(buffer, offset, count);
        if (last)
        {
            _fields.Add((field, _pieces.ToArray()));
            _pieces.SetLength(0);
        }
    }

    public override void OnEnd(Connection connection, bool complete)
    {
        if (complete)
        {
            _waiting?.TrySetResult(_fields.ToArray());
        }
        else
        {
            _waiting?.TrySetException(
                new CliException("the peer does not say who it is: it refused identify, or its answer was cut short or malformed"));
        }
        _waiting = null;
        _fields.Clear();
        _pieces.SetLength(0);
    }
}
