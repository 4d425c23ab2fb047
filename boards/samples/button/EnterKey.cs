using System;
using System.Threading;

namespace NanoLibp2p.Samples;

/// <summary>The Enter key as a button: each line is a press, and the key is up between two.</summary>
internal sealed class EnterKey : Button
{
    private int _waiting;
    private bool _isDown;

    public EnterKey() => new Thread(Listen) { IsBackground = true }.Start();

    /// <inheritdoc/>
    public override bool IsPressed
    {
        get
        {
            _isDown = !_isDown && Volatile.Read(ref _waiting) > 0;
            if (_isDown)
            {
                Interlocked.Decrement(ref _waiting);
            }

            return _isDown;
        }
    }

    private void Listen()
    {
        while (Console.ReadLine() is not null)
        {
            Interlocked.Increment(ref _waiting);
        }
    }
}
