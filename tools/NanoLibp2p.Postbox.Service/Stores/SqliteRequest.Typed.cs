using System;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>One call that waits for the writer, and its answer.</summary>
/// <typeparam name="T">The answer.</typeparam>
/// <param name="work">What it does.</param>
/// <param name="onFault">Its answer to a fault; null to throw that.</param>
internal sealed class SqliteRequest<T>(Func<SqliteWriter, T> work, Func<Exception, T>? onFault = null) : SqliteRequest
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    /// <summary>The answer.</summary>
    internal Task<T> Answer => _answer.Task;

    /// <inheritdoc/>
    internal override void Do(SqliteWriter writer) => _result = work(writer);

    /// <inheritdoc/>
    internal override void Complete() => _answer.TrySetResult(_result!);

    /// <inheritdoc/>
    internal override void Fail(Exception fault)
    {
        if (onFault == null)
        {
            _answer.TrySetException(fault);
        }
        else
        {
            _answer.TrySetResult(onFault(fault));
        }
    }
}
