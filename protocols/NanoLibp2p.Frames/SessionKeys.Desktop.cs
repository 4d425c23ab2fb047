#if !NANOFRAMEWORK_1_0
using System;

namespace NanoLibp2p.Frames
{
    // What the gateway alone asks of a session's keys.
    public sealed partial class SessionKeys
    {
        /// <summary>Whether frames have the short suite's tag of 8 bytes; else the full one's, of 16.</summary>
        public bool IsShort
        {
            get { return _isShort; }
        }

        /// <summary>Wipes the keys.</summary>
        public void Clear()
        {
            Array.Clear(_keys, 0, _keys.Length);
        }
    }
}
#endif
