using System;
using System.Threading;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>Something that is made anew when it is asked for, but for at most a twentieth of the time. From any thread.</summary>
/// <param name="make">Makes it.</param>
/// <param name="time">The clock by which it is measured.</param>
internal sealed class Paced<T>(Func<T> make, TimeProvider time)
    where T : class
{
    private const int Share = 20;

    // that much nobody feels
    private static readonly TimeSpan _quick = TimeSpan.FromMilliseconds(5);

    private readonly Lock _turn = new();
    private T? _made;
    private TimeSpan _took;
    private long _at;

    /// <summary>It, as old as nineteen times what it takes to make it at the most.</summary>
    internal T Get()
    {
        lock (_turn)
        {
            long now = time.GetTimestamp();
            if (_made == null || _took < _quick || time.GetElapsedTime(_at, now) >= _took * (Share - 1))
            {
                _made = make();
                _at = time.GetTimestamp();
                _took = time.GetElapsedTime(now, _at);
            }

            return _made;
        }
    }
}
