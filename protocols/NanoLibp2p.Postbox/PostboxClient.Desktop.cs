#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Postbox
{
    // Over a pipe instead of a stream of Core's: a desktop library reads the stream, gives here what came, and polls.
    public sealed partial class PostboxClient
    {
        // a Sync that counts only, and has nothing to do with what waits to be acknowledged
        internal const int AskProbe = 20;

        // above the fields of Reply: those that the request itself reads
        private const int RequestsOwn = 32;

        private PostboxPipe _pipe;

        /// <summary>As Begin over a connection; false when a request is under way.</summary>
        internal bool Begin(PostboxPipe pipe, int what, PostboxRequest request)
        {
            if (IsBusy)
            {
                return false;
            }

            HandOnStored();
            if (pipe != _pipe)
            {
                _pipe = pipe;
                SerialNow = 0;
                BeginReply();
            }

            Begin(pipe.Gateway, pipe.Gateway.Length, what, request);
            return true;
        }

        /// <summary>Reads what came through the pipe, up to the reply that ends a request; then a Poll is due.</summary>
        /// <returns>Bytes read; what is behind them comes again after that Poll.</returns>
        internal int Take(PostboxPipe pipe, byte[] buffer, int offset, int count)
        {
            if (pipe != _pipe)
            {
                return count;
            }

            int result = Receive(buffer, offset, count);

            // a program may be told of what is stored by now from another thread
            result = result < 0 || Table.Save() ? result : PostboxResult.StoreFailed;
            if (result < 0)
            {
                Break(pipe, result);
                return count;
            }

            return result;
        }

        /// <summary>The pipe has ended: whatever is under way ends with a code.</summary>
        internal void Break(PostboxPipe pipe, int code)
        {
            if (pipe == _pipe)
            {
                _pipe = null;
                End(code);
            }
        }

        private void WriteToPipe()
        {
            // none in a test that gives replies by hand
            if (_pipe == null || IsWritten)
            {
                return;
            }

            _pipe.Write(Table.Data, OutAt, OutEnd - OutAt);
            OutAt = OutEnd;
            if (Request != null && Request.Item != null)
            {
                _pipe.Write(Request.Item, Request.ItemOffset, Request.ItemCount);
                OutAt += Request.ItemCount;
            }
        }
    }
}
#endif
